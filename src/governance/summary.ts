// What a governance report says in short (summary.json), as a closed JSON Schema: the job writes it, GET /explainability shows it.
import type { FromSchema } from "json-schema-to-ts";

const count = { type: "integer", minimum: 0 } as const;
const name = { type: "string", minLength: 1 } as const;
const valueOrNone = { type: ["number", "null"] } as const;

const worse = {
  type: "object",
  description: "A bias metric of one group that got significantly worse.",
  required: ["facet", "group", "metric", "title", "value", "baselineValue", "comparedWith"],
  properties: {
    facet: { ...name, description: "What people differ in, such as `gender`." },
    group: { ...name, description: "The group that the metric looks at." },
    metric: { ...name, description: "Short name of the metric, such as `DPPL`." },
    title: { ...name, description: "The metric's name in words." },
    value: valueOrNone,
    baselineValue: {
      ...valueOrNone,
      description: "The value it is compared with; null when only the weeks before are.",
    },
    comparedWith: {
      type: "array",
      minItems: 1,
      maxItems: 2,
      items: { type: "string", enum: ["baseline", "history"] },
      description: "`baseline`: the version before; `history`: the last weeks.",
    },
  },
  additionalProperties: false,
} as const;

const influentialWords = {
  type: "array",
  maxItems: 20,
  description: "The words with the largest weights, largest first whatever the sign.",
  items: {
    type: "object",
    required: ["word", "weight", "texts"],
    properties: {
      word: name,
      weight: { type: "number", minimum: -1, maximum: 1, description: "Mean contribution to the sentiment's score." },
      texts: { type: "integer", minimum: 1, description: "Texts that hold the word." },
    },
    additionalProperties: false,
  },
} as const;

const importance = {
  type: ["object", "null"],
  description: "What the model looks at; null when the report does not say.",
  required: ["method", "texts", "words", "groupTerms"],
  properties: {
    method: { ...name, description: "How a text's score was shared out among its words." },
    texts: { ...count, description: "Texts that were explained." },
    words: {
      type: "object",
      description: "By sentiment.",
      required: ["positive", "neutral", "negative"],
      properties: { positive: influentialWords, neutral: influentialWords, negative: influentialWords },
      additionalProperties: false,
    },
    groupTerms: {
      type: "array",
      items: {
        type: "object",
        required: ["facet", "share"],
        properties: {
          facet: name,
          share: {
            type: "number",
            minimum: 0,
            maximum: 1,
            description: "Share of all absolute weight that lies on the words which name the group.",
          },
        },
        additionalProperties: false,
      },
    },
  },
  additionalProperties: false,
} as const;

const drift = {
  type: ["object", "null"],
  description:
    "Whether what users send, and what they are answered, still is like the training data; null when not judged.",
  required: ["verdict", "requests", "features"],
  properties: {
    verdict: { type: "string", enum: ["ok", "drift", "insufficient data"] },
    requests: { ...count, description: "Requests of the week." },
    features: {
      type: "array",
      items: {
        type: "object",
        required: ["name", "psi", "threshold", "verdict"],
        properties: {
          name,
          psi: { ...valueOrNone, description: "Population stability index." },
          threshold: { ...valueOrNone, description: "The index above which it counts as drift." },
          verdict: { type: "string", enum: ["ok", "drift", "insufficient data"] },
        },
        additionalProperties: false,
      },
    },
  },
  additionalProperties: false,
} as const;

/** summary.json; Python validates against clarify/job/summary.schema.json, which is generated from this. */
export const REPORT_SUMMARY = {
  type: "object",
  description: "The newest governance report in short.",
  required: ["version", "created", "model", "baseline", "verdict", "tally", "worse", "importance", "drift"],
  properties: {
    version: { type: "string", const: "1", description: "Of this format." },
    created: {
      type: "string",
      pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2})$",
      description: "When the report was made (ISO 8601).",
    },
    model: { ...name, description: "The model version that was examined." },
    baseline: { type: ["string", "null"], minLength: 1, description: "The version it was compared with, if any." },
    verdict: {
      type: "string",
      enum: ["ok", "worse", "insufficient data"],
      description: "`worse` when any bias metric got significantly worse.",
    },
    tally: {
      type: "object",
      description: "How many comparisons came to each verdict.",
      required: ["ok", "worse", "insufficientData"],
      properties: { ok: count, worse: count, insufficientData: count },
      additionalProperties: false,
    },
    worse: { type: "array", maxItems: 20, items: worse },
    importance,
    drift,
  },
  additionalProperties: false,
} as const;

type Immutable<T> = { readonly [Key in keyof T]: Immutable<T[Key]> };

/** A valid summary.json. */
export type ReportSummary = Immutable<FromSchema<typeof REPORT_SUMMARY>>;
