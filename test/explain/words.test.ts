import fc from "fast-check";
import { MAX_PARTS, partsOf, withOnly } from "../../src/explain/words";

const anyText = fc.string({
  unit: fc.constantFrom("a", "é", "😀", "\u200d", " ", "\t", "\n", "\u00a0", "\u3000", "-"),
  maxLength: 200,
});

describe("the parts of a text", () => {
  it("are its words, with their places in UTF-16 code units", () => {
    expect(partsOf(" I 😀\u2003love it.\n")).toEqual([
      { text: "I", start: 1, end: 2 },
      { text: "😀", start: 3, end: 5 },
      { text: "love", start: 6, end: 10 },
      { text: "it.", start: 11, end: 14 },
    ]);
  });

  it("are none in white space", () => {
    expect(partsOf(" \n\u3000 ")).toEqual([]);
  });

  it("stand where they say, in order, and leave out white space alone", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const parts = partsOf(text);
        for (const { text: part, start, end } of parts) expect(text.slice(start, end)).toBe(part);
        const between = parts.map(({ start }, index) => text.slice(parts[index - 1]?.end ?? 0, start));
        expect([...between, text.slice(parts.at(-1)?.end ?? 0)].join("")).toMatch(/^\s*$/);
        expect(parts.length).toBeLessThanOrEqual(MAX_PARTS);
      }),
    );
  });

  it("are phrases of nearly equal length in a long text", () => {
    fc.assert(
      fc.property(fc.integer({ min: MAX_PARTS + 1, max: 512 }), (count) => {
        const lengths = partsOf("x ".repeat(count)).map((part) => part.text.split(" ").length);
        expect(lengths).toHaveLength(MAX_PARTS);
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
        expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(count);
      }),
    );
  });
});

describe("a text with only some of its parts", () => {
  const text = "  not  so\ngood ";

  it("has one space between them", () => {
    expect(withOnly(text, partsOf(text), new Set([2, 0]))).toBe("not good");
    expect(withOnly(text, partsOf(text), new Set())).toBe("");
  });

  it("is the text itself when all are there", () => {
    expect(withOnly(text, partsOf(text), new Set([0, 1, 2]))).toBe(text);
    expect(withOnly(" ", [], new Set())).toBe(" ");
  });
});
