// The closed JSON Schemas of POST /predict: the only source of its validator, types and OpenAPI.
import type { FromSchema } from "json-schema-to-ts";

/** Longest accepted text in bytes of UTF-8. */
export const MAX_TEXT_BYTES = 1024;

/** Body of a request. `x-` keywords are checked by the compiled validator (deploy/schema-keywords.ts). */
export const PREDICT_REQUEST = {
  type: "object",
  description: "A text to classify.",
  required: ["text"],
  properties: {
    text: {
      type: "string",
      minLength: 1,
      "x-maxUtf8Bytes": MAX_TEXT_BYTES,
      "x-wellFormed": true,
      description: `1 to ${MAX_TEXT_BYTES} bytes of UTF-8, however it is escaped in JSON.`,
      examples: ["I love how fast the support team answered."],
    },
  },
  additionalProperties: false,
} as const;

const score = { type: "number", minimum: 0, maximum: 1 } as const;

/** Body of a 200 response. */
export const PREDICT_RESPONSE = {
  type: "object",
  description: "The sentiment of the text.",
  required: ["sentiment", "scores", "modelVersion"],
  properties: {
    sentiment: { type: "string", enum: ["positive", "neutral", "negative"] },
    scores: {
      type: "object",
      description: "Probability of each sentiment; they add up to 1.",
      required: ["positive", "neutral", "negative"],
      properties: { positive: score, neutral: score, negative: score },
      additionalProperties: false,
    },
    modelVersion: { type: "string", description: "Content hash of the model that answered." },
  },
  additionalProperties: false,
} as const;

/** A valid request body. */
export type PredictRequest = FromSchema<typeof PREDICT_REQUEST>;

/** A successful answer. */
export type PredictResponse = FromSchema<typeof PREDICT_RESPONSE>;
