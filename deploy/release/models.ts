// The registry of model versions: what the parameter store says of each.
import { paginateGetParametersByPath } from "@aws-sdk/client-ssm";
import { Ajv2020 } from "ajv/dist/2020";
import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import { type AutopilotModel, isAutopilotModel } from "../autopilot/model-metadata";
import { UserError } from "../local/user-error";
import { METRICS } from "../model-manifest";
import type { Stage } from "./stage";

/** Metadata of a model of ours, as `sls deploy` writes it. */
const SCHEMA = {
  type: "object",
  required: ["version", "uploadedAt", "source", "metrics"],
  properties: {
    version: { type: "string" },
    s3Uri: { type: "string" },
    uploadedAt: { type: "string" },
    source: { const: "trained" },
    metrics: METRICS,
  },
} as const satisfies JSONSchema;

type OurModel = FromSchema<typeof SCHEMA>;

/** `metrics` are fractions by evaluation set. */
export type Model = OurModel | AutopilotModel;

/** `active` and `previous` are versions; undefined when there is none. */
export interface Registry {
  readonly active: string | undefined;
  readonly previous: string | undefined;
  readonly models: ReadonlyMap<string, Model>;
}

const isOurModel = new Ajv2020().compile<OurModel>(SCHEMA);

/** Reads the whole registry. @throws UserError that names a parameter which is not what `sls deploy` writes. */
export async function readRegistry({ aws, parameters }: Stage): Promise<Registry> {
  const values = new Map<string, string>();
  const request = { Path: `${parameters}/models`, Recursive: true };
  for await (const { Parameters = [] } of paginateGetParametersByPath({ client: aws.ssm }, request))
    for (const { Name = "", Value = "" } of Parameters) values.set(Name.slice(request.Path.length + 1), Value);
  const named = (name: string) => {
    const value = values.get(name);
    return value === "none" ? undefined : value;
  };
  const metadata = [...values].filter(([name]) => /^versions\/[^/]+\/metadata$/.test(name));
  return {
    active: named("active-version"),
    previous: named("previous-version"),
    models: new Map(
      metadata
        .map(([name, value]) => parseModel(value, `${request.Path}/${name}`))
        .map((model) => [model.version, model]),
    ),
  };
}

function parseModel(text: string, parameter: string): Model {
  try {
    const model: unknown = JSON.parse(text);
    if (isOurModel(model) || isAutopilotModel(model)) return model;
  } catch {
    // said below
  }
  throw new UserError(
    `Parameter ${parameter} is not a model's metadata; delete it, and deploy the commit that holds the model, which writes it anew.`,
  );
}
