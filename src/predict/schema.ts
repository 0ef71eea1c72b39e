// The closed JSON Schema of what POST /predict answers: the only source of its type and OpenAPI. What it takes is src/http/text-request.ts.
import type { FromSchema } from "json-schema-to-ts";
import { LABEL, MODEL_VERSION, SCORES } from "../model-client/schema";

/** Body of a 200 response. */
export const PREDICT_RESPONSE = {
  type: "object",
  description: "The sentiment of the text.",
  required: ["sentiment", "scores", "modelVersion"],
  properties: { sentiment: LABEL, scores: SCORES, modelVersion: MODEL_VERSION },
  additionalProperties: false,
} as const;

/** A successful answer. */
export type PredictResponse = FromSchema<typeof PREDICT_RESPONSE>;
