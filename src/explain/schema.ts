// The closed JSON Schema of what POST /explain answers: the only source of its type and OpenAPI. What it takes is src/http/text-request.ts.
import type { FromSchema } from "json-schema-to-ts";
import { LABEL, MODEL_VERSION, SCORES } from "../model-client/schema";

const offset = { type: "integer", minimum: 0 } as const;
const weight = { type: "number", minimum: -1, maximum: 1 } as const;

const word = {
  type: "object",
  required: ["text", "start", "end", "weights"],
  properties: {
    text: { type: "string", minLength: 1, description: "The word as it stands in the text; in long texts, a phrase." },
    start: { ...offset, description: "Where it begins in the text, in UTF-16 code units." },
    end: { ...offset, description: "Where it ends: the first code unit behind it." },
    weights: {
      type: "object",
      description: "What the word adds to each score; negative where it takes away.",
      required: ["positive", "neutral", "negative"],
      properties: { positive: weight, neutral: weight, negative: weight },
      additionalProperties: false,
    },
  },
  additionalProperties: false,
} as const;

/** Body of a 200 response. */
export const EXPLAIN_RESPONSE = {
  type: "object",
  description: "The sentiment of the text, and what each word does to it.",
  required: ["sentiment", "scores", "baseline", "words", "modelVersion"],
  properties: {
    sentiment: LABEL,
    scores: SCORES,
    baseline: {
      ...SCORES,
      description: "What the model says without any word; `scores` minus these is what the words add.",
    },
    words: {
      type: "array",
      description: "In the text's order. Their weights add up to `scores` minus `baseline`, within 0.000001.",
      items: word,
    },
    modelVersion: MODEL_VERSION,
  },
  additionalProperties: false,
} as const;

/** A successful answer. */
export type ExplainResponse = FromSchema<typeof EXPLAIN_RESPONSE>;
