import { readFileSync } from "node:fs";
import path from "node:path";
import vocabulary from "../../src/drift/vocabulary.json";
import { unknownWords, VOCABULARY, wordsOf } from "../../src/drift/words";
import vectors from "./word-vectors.json";

describe("the words of a text", () => {
  it.each(vectors)("are those that Python finds in %j", ({ text, words, unknown }) => {
    expect(wordsOf(text)).toEqual(words);
    expect(unknownWords(text) ?? null).toBe(unknown);
  });

  it("take no longer the more often a text tries to trip the expression", () => {
    const hostile = ["'".repeat(1_024), "a'".repeat(512), "@".repeat(1_024), "http://".repeat(146), "www.".repeat(256)];
    for (const text of hostile) expect(() => unknownWords(text)).not.toThrow();
  });
});

describe("the list of known words", () => {
  it("is named after its bits, 2^n of them, which are neither empty nor full", () => {
    const bits = Buffer.from(vocabulary.bits, "base64");
    const ones = [...bits].reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
    expect(VOCABULARY).toMatch(/^[0-9a-f]{8}$/);
    expect(Math.log2(bits.length) % 1).toBe(0);
    expect(ones / (bits.length * 8)).toBeGreaterThan(0.3);
    expect(ones / (bits.length * 8)).toBeLessThan(0.55);
  });

  it("is the one that the shipped model's training texts were counted by", () => {
    const manifest = path.join(__dirname, "../../model/artifact/model.json");
    expect(JSON.parse(readFileSync(manifest, "utf8")).reference.vocabulary).toBe(VOCABULARY);
  });

  it("knows common words, and few of those that nobody has", () => {
    expect(unknownWords("the food was good and we will come back")).toBe(0);
    const invented = Array.from({ length: 1_000 }, (_, index) => `qzx${index.toString(26).replace(/\d/g, "w")}vkj`);
    expect(unknownWords(invented.join(" "))).toBeGreaterThan(0.95);
  });
});
