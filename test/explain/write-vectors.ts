// `npx tsx test/explain/write-vectors.ts`: writes attribution-vectors.json, by which the API and the report's job agree on weights.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { textsToScore, weigh } from "../../src/explain/attribution";
import { partsOf } from "../../src/explain/words";
import type { Scores } from "../../src/model-client/schema";

const TEXTS = [
  "good",
  "not good",
  "I love how fast the support team answered.",
  "  spaces\tand\nlines  between ",
  "the same the same the same",
  "good 😀 \u{1f468}\u200d\u{1f469}\u200d\u{1f467} naïve", // offsets count UTF-16 units
  "no\u00a0break\u2003and\u3000wide", // white space, too
  " \n ",
  Array.from({ length: 45 }, (_, word) => `word${word}`).join("  "),
];

/** Scores of no model, but a fixed function of the text with six decimals, as model/inference.py rounds. */
function scoresOf(text: string): Scores {
  const [a = 0, b = 0, c = 0] = createHash("sha256").update(text).digest();
  const share = (value: number) => Math.round(((value + 1) / (a + b + c + 3)) * 1e6) / 1e6;
  return { positive: share(a), neutral: share(b), negative: share(c) };
}

const vectors = TEXTS.map((text) => {
  const parts = partsOf(text);
  const texts = textsToScore(text, parts);
  return {
    text,
    parts: parts.map(({ start, end }) => [start, end]),
    texts,
    scores: texts.map((some) => Object.values(scoresOf(some))), // positive, neutral, negative
    weights: weigh(text, parts, scoresOf).map(({ weights }) => Object.values(weights)),
  };
});

const file = path.join(__dirname, "attribution-vectors.json");
writeFileSync(file, JSON.stringify(vectors));
execFileSync("npx", ["biome", "format", "--write", file]);
