// What a request's log line keeps of a text and its answer for the weekly comparison: numbers, never a word.
import type { Prediction } from "../model-client/schema";
import { unknownWords, VOCABULARY } from "./words";

/** Facts of one answered request, as the log line names them; `text_bytes` is noted before, for refused ones too. */
export interface Captured extends Readonly<Record<string, string | number>> {
  readonly sentiment: Prediction["label"];
  /** The winning score, cut after two digits. */
  readonly confidence: number;
  /** The list of words that `unknown_words` was counted by. */
  readonly vocabulary: string;
}

/** Also of answers from the cache: they are traffic. `unknown_words` is missing where a text has no words. */
export function captured(text: string, sentiment: Prediction["label"], scores: Prediction["scores"]): Captured {
  const unknown = unknownWords(text);
  return {
    sentiment,
    confidence: Math.floor(Math.max(...Object.values(scores)) * 100) / 100,
    vocabulary: VOCABULARY,
    ...(unknown !== undefined && { unknown_words: unknown }),
  };
}
