// What a model endpoint answers for one text, as a closed JSON Schema.
import type { FromSchema } from "json-schema-to-ts";

const probability = { type: "number", minimum: 0, maximum: 1 } as const;

/** One prediction as model/inference.py writes it for application/json. */
export const PREDICTION = {
  type: "object",
  required: ["label", "scores"],
  properties: {
    label: { type: "string", enum: ["positive", "neutral", "negative"] },
    scores: {
      type: "object",
      required: ["positive", "neutral", "negative"],
      properties: { positive: probability, neutral: probability, negative: probability },
      additionalProperties: false,
    },
  },
  additionalProperties: false,
} as const;

/** A label and its class probabilities. */
export type Prediction = FromSchema<typeof PREDICTION>;
