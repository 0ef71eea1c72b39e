// What the parameter store keeps of a model that Autopilot made: how an endpoint runs it, and where it is from.
import { Ajv2020 } from "ajv/dist/2020";
import type { FromSchema, JSONSchema } from "json-schema-to-ts";

/** A container as AWS::SageMaker::Model takes it, but for the case of its names. */
const CONTAINER = {
  type: "object",
  required: ["image", "modelDataUrl", "environment"],
  properties: {
    image: { type: "string", pattern: "^[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.[^/]+/[^:@]+" },
    modelDataUrl: { type: "string", pattern: "^s3://[^/]+/.+" },
    environment: { type: "object", additionalProperties: { type: "string" } },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

const AUTOPILOT_MODEL = {
  type: "object",
  required: ["version", "uploadedAt", "source", "metrics", "job", "dataSha256", "containers"],
  properties: {
    version: { type: "string" },
    uploadedAt: { type: "string", description: "ISO 8601" },
    source: { const: "autopilot" },
    metrics: {
      type: "object",
      description: "Fractions that Autopilot measured on its validation part of the data",
      additionalProperties: {
        type: "object",
        properties: { accuracy: { type: "number" }, macro_f1: { type: "number" } },
        additionalProperties: false,
      },
    },
    job: { type: "string" },
    dataSha256: { type: "string" },
    containers: { type: "array", items: CONTAINER, minItems: 1, maxItems: 15, description: "Several are a pipeline" },
  },
  additionalProperties: false,
} as const satisfies JSONSchema;

export type Container = FromSchema<typeof CONTAINER>;

export type AutopilotModel = FromSchema<typeof AUTOPILOT_MODEL>;

export const isAutopilotModel = new Ajv2020().compile<AutopilotModel>(AUTOPILOT_MODEL);

/** @returns undefined for a text that is nothing `npm run model:autopilot` writes. */
export function parseAutopilotModel(text: string): AutopilotModel | undefined {
  try {
    const model: unknown = JSON.parse(text);
    return isAutopilotModel(model) ? model : undefined;
  } catch {
    return undefined;
  }
}
