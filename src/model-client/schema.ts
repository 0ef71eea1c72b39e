// What a model endpoint answers for one text, as closed JSON Schemas.
import type { FromSchema } from "json-schema-to-ts";

const probability = { type: "number", minimum: 0, maximum: 1 } as const;
const label = { type: "string", enum: ["positive", "neutral", "negative"] } as const;

/** One prediction as model/inference.py writes it for application/json. */
export const PREDICTION = {
  type: "object",
  required: ["label", "scores"],
  properties: {
    label,
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
 * What an Autopilot model answers for one row: the fields of docs.aws.amazon.com/sagemaker/latest/dg/canvas-deploy-model-test.html,
 * which its containers are set to write (deploy/autopilot/containers.ts).
 */
export const AUTOPILOT_ANSWER = {
  type: "object",
  required: ["predictions"],
  properties: {
    predictions: {
      type: "array",
      minItems: 1,
      maxItems: 1,
      items: {
        type: "object",
        required: ["predicted_label", "probabilities", "labels"],
        properties: {
          predicted_label: label,
          probability: { anyOf: [{ type: "number" }, { type: "string" }] },
          probabilities: three(probability, PRINTED_NUMBER),
          labels: three(label, PRINTED_LABEL),
        },
        additionalProperties: false,
      },
    },
  },
  additionalProperties: false,
} as const;

/** An answer of an Autopilot model. */
export type AutopilotAnswer = FromSchema<typeof AUTOPILOT_ANSWER>;
