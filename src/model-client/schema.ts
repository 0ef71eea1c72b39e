// What a model endpoint answers for one text, as closed JSON Schemas.
import type { FromSchema } from "json-schema-to-ts";

const probability = { type: "number", minimum: 0, maximum: 1 } as const;

/** A sentiment. */
export const LABEL = { type: "string", enum: ["positive", "neutral", "negative"] } as const;

/** A probability for each sentiment. */
export const SCORES = {
  type: "object",
  description: "Probability of each sentiment; they add up to 1.",
  required: ["positive", "neutral", "negative"],
  properties: { positive: probability, neutral: probability, negative: probability },
  additionalProperties: false,
} as const;

/** Which model answered. */
export const MODEL_VERSION = { type: "string", description: "Content hash of the model that answered." } as const;

/** One prediction as model/inference.py writes it for application/json. */
export const PREDICTION = {
  type: "object",
  required: ["label", "scores"],
  properties: { label: LABEL, scores: SCORES },
  additionalProperties: false,
} as const;

/** A label and its class probabilities. */
export type Prediction = FromSchema<typeof PREDICTION>;

/** A number for each sentiment. */
export type Scores = FromSchema<typeof SCORES>;

/** A list of three, as JSON has it or as the text that Python prints of it. */
const three = <Item>(items: Item, printed: string) =>
  ({
    anyOf: [
      { type: "array", items, minItems: 3, maxItems: 3 },
      { type: "string", maxLength: 200, pattern: `^\\[${printed}(, ?${printed}){2}\\]$` },
    ],
  }) as const;

const PRINTED_LABEL = `('(positive|neutral|negative)'|"(positive|neutral|negative)")`;
const PRINTED_NUMBER = "(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?";

/**
 * What an Autopilot model answers for its rows: the fields of docs.aws.amazon.com/sagemaker/latest/dg/canvas-deploy-model-test.html,
 * which its containers are set to write (deploy/autopilot/containers.ts).
 */
export const AUTOPILOT_ANSWER = {
  type: "object",
  required: ["predictions"],
  properties: {
    predictions: {
      type: "array",
      items: {
        type: "object",
        required: ["predicted_label", "probabilities", "labels"],
        properties: {
          predicted_label: LABEL,
          probability: { anyOf: [{ type: "number" }, { type: "string" }] },
          probabilities: three(probability, PRINTED_NUMBER),
          labels: three(LABEL, PRINTED_LABEL),
        },
        additionalProperties: false,
      },
    },
  },
  additionalProperties: false,
} as const;

/** An answer of an Autopilot model. */
export type AutopilotAnswer = FromSchema<typeof AUTOPILOT_ANSWER>;
