// The golden set: balanced, of several lengths and kinds, within the API's limits, and not what the tests already use.
import { readFileSync } from "node:fs";
import path from "node:path";
import { MAX_TEXT_BYTES } from "../../../src/http/text-request";
import { GOLDEN_ROWS, SENTIMENTS, VARIATION_BYTES, vary } from "../../../src/release/qualification/golden";

const texts = GOLDEN_ROWS.map(({ text }) => text);
const bytes = texts.map((text) => Buffer.byteLength(text));
const count = (holds: (text: string) => boolean) => texts.filter(holds).length;

describe("the golden set", () => {
  it("has 100 different texts of each class, alternating", () => {
    expect(new Set(texts).size).toBe(300);
    expect(GOLDEN_ROWS.map(({ label }) => label)).toEqual(Array.from({ length: 100 }, () => SENTIMENTS).flat());
  });

  it("has short, middling and long texts that the API accepts with their variation", () => {
    expect(bytes.filter((length) => length <= 40).length).toBeGreaterThanOrEqual(60);
    expect(bytes.filter((length) => length >= 120).length).toBeGreaterThanOrEqual(60);
    expect(bytes.filter((length) => length >= 280).length).toBeGreaterThanOrEqual(24);
    expect(Math.max(...bytes)).toBeGreaterThan(900);
    expect(Math.max(...bytes)).toBeLessThanOrEqual(MAX_TEXT_BYTES - VARIATION_BYTES);
  });

  it("has questions, contrasts and negations", () => {
    expect(count((text) => text.includes("?"))).toBeGreaterThanOrEqual(24);
    expect(count((text) => /\b(but|however|although|though)\b/i.test(text))).toBeGreaterThanOrEqual(45);
    expect(count((text) => /\b(not|no|never|nothing|without)\b|n['’]t\b/i.test(text))).toBeGreaterThanOrEqual(45);
  });

  it("shares no text with the samples that tests and benches use", () => {
    const samples = readFileSync(path.join(__dirname, "../../samples/dynasent.jsonl"), "utf8");
    const used = new Set(
      samples
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).text),
    );
    expect(count((text) => used.has(text))).toBe(0);
  });
});

describe("vary", () => {
  it("adds white space only, of a fixed length, the same for the same key", () => {
    const varied = vary("good", "d-1/0");
    expect(varied).toMatch(/^good[ \t]+$/);
    expect(varied).toHaveLength(4 + VARIATION_BYTES);
    expect(vary("good", "d-1/0")).toBe(varied);
  });

  it("gives different keys different texts", () => {
    const keys = ["d-1/0", "d-1/1", "d-2/0", "d-2/1"];
    expect(new Set(keys.map((key) => vary("good", key))).size).toBe(keys.length);
  });
});
