// What a week of traffic looked like (traffic.json), as a closed JSON Schema: the start function writes it, the job reads it.
import type { FromSchema } from "json-schema-to-ts";

const count = { type: "integer", minimum: 0 } as const;
const name = { type: "string", minLength: 1 } as const;
const moment = { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?Z$" } as const;
const counts = { type: "array", items: count, minItems: 2 } as const;

const ranges = {
  type: "object",
  required: ["bins", "counts"],
  properties: {
    bins: {
      type: "array",
      items: { type: "number" },
      minItems: 2,
      description: "The lower end of each range, ascending.",
    },
    counts,
  },
  additionalProperties: false,
} as const;

const labels = {
  type: "object",
  required: ["bins", "counts"],
  properties: { bins: { type: "array", items: name, minItems: 2 }, counts },
  additionalProperties: false,
} as const;

/** traffic.json; Python validates against clarify/drift/traffic.schema.json, which is generated from this. */
export const TRAFFIC = {
  type: "object",
  description: "Histograms of a week's answered requests by model version: numbers, no texts.",
  required: ["version", "from", "to", "vocabulary", "models", "notes"],
  properties: {
    version: { type: "string", const: "1", description: "Of this format." },
    from: { ...moment, description: "Start of the week (ISO 8601)." },
    to: { ...moment, description: "Its end, not included." },
    vocabulary: { ...name, description: "The list that unknown words were counted by." },
    models: {
      type: "array",
      items: {
        type: "object",
        required: ["model", "requests", "histograms"],
        properties: {
          model: { ...name, description: "The model version that answered." },
          requests: count,
          histograms: {
            type: "object",
            description: "A feature that could not be counted is missing, and `notes` say why.",
            properties: { textBytes: ranges, sentiment: labels, confidence: ranges, unknownWords: ranges },
            additionalProperties: false,
          },
        },
        additionalProperties: false,
      },
    },
    notes: { type: "array", items: name, description: "What is missing, and why." },
  },
  additionalProperties: false,
} as const;

/** A valid traffic.json. */
export type Traffic = FromSchema<typeof TRAFFIC>;
