// The registry of model versions: what the parameter store says of each, and its archive in the stack's bucket.
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { paginateGetParametersByPath } from "@aws-sdk/client-ssm";
import { Ajv2020 } from "ajv/dist/2020";
import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import { UserError } from "../local/user-error";
import { METRICS } from "../model-manifest";
import { isMissing } from "./aws-error";
import type { Stack } from "./stack";
import type { Stage } from "./stage";

/** Metadata as `sls deploy` writes it. */
const SCHEMA = {
  type: "object",
  required: ["version", "uploadedAt", "source", "metrics"],
  properties: {
    version: { type: "string" },
    s3Uri: { type: "string" },
    uploadedAt: { type: "string" },
    source: { enum: ["trained", "autopilot"] },
    metrics: METRICS,
  },
} as const satisfies JSONSchema;

/** `metrics` are fractions by evaluation set. */
export type Model = FromSchema<typeof SCHEMA>;

/** `active` and `previous` are versions; undefined when there is none. */
export interface Registry {
  readonly active: string | undefined;
  readonly previous: string | undefined;
  readonly models: ReadonlyMap<string, Model>;
}

const isModel = new Ajv2020().compile<Model>(SCHEMA);

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
    if (isModel(model)) return model;
  } catch {
    // said below
  }
  throw new UserError(
    `Parameter ${parameter} is not a model's metadata; delete it, and deploy the commit that holds the model, which writes it anew.`,
  );
}

/** Where `sls deploy` put the archive of a model. */
export function archiveOf(
  stage: Stage,
  stack: Stack,
  version: string,
): { readonly Bucket: string; readonly Key: string } {
  return {
    Bucket: stack.output("ServerlessDeploymentBucketName"),
    Key: `serverless/serin/${stage.name}/models/${version}/model.tar.gz`,
  };
}

/** @throws UserError when the archive of a model is gone. */
export async function checkArchive(stage: Stage, stack: Stack, version: string): Promise<void> {
  const { Bucket, Key } = archiveOf(stage, stack, version);
  try {
    await stage.aws.s3.send(new HeadObjectCommand({ Bucket, Key }));
  } catch (error) {
    // A refusal without a body: without s3:ListBucket, S3 answers so for a missing object too.
    if (error instanceof Error && /^(403|Forbidden)$/.test(error.name))
      throw new UserError(`Access denied: your identity needs the rights s3:GetObject and s3:ListBucket on ${Bucket}.`);
    if (!isMissing(error)) throw error;
    throw new UserError(
      `The archive of model ${version} is gone: there is no s3://${Bucket}/${Key}. Check out the commit that holds the model and run \`${stage.deployCommand}\`, which uploads it.`,
    );
  }
}
