// The golden set in asking order, and how its texts are varied so that no cache knows them.
import { createHash } from "node:crypto";
import goldenSet from "../golden-set.json";

export const SENTIMENTS = ["positive", "neutral", "negative"] as const;

export type Sentiment = (typeof SENTIMENTS)[number];

export interface GoldenRow {
  readonly text: string;
  readonly label: Sentiment;
}

/** Bytes that {@link vary} adds: golden texts stay that much below the API's limit. */
export const VARIATION_BYTES = 16;

/** Classes alternate, so that any first part of the set is balanced too. */
export const GOLDEN_ROWS: readonly GoldenRow[] = goldenSet.positive.flatMap((_, index) =>
  SENTIMENTS.flatMap((label) => {
    const text = goldenSet[label][index];
    return text === undefined ? [] : [{ text, label }];
  }),
);

/**
 * The text with trailing white space made from 16 bits of the key's hash: the tokenizer ignores it, while the response cache,
 * keyed by the text, asks the model again, even in a sandbox that answered another qualification a minute ago. Of 65,536 pairs of
 * keys one shares its white space: a sandbox that still has the answers then gives them from its cache.
 */
export function vary(text: string, key: string): string {
  const bits = createHash("sha256").update(key).digest().readUInt16BE();
  return text + bits.toString(2).padStart(VARIATION_BYTES, "0").replaceAll("0", " ").replaceAll("1", "\t");
}
