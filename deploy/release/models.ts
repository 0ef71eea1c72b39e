// The registry of model versions: what the parameter store says of each, and its archive in the stack's bucket.
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { paginateGetParametersByPath } from "@aws-sdk/client-ssm";
import { Ajv2020 } from "ajv/dist/2020";
import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import { type AutopilotModel, isAutopilotModel } from "../autopilot/model-metadata";
import { UserError } from "../local/user-error";
import { METRICS } from "../model-manifest";
import { isMissing } from "./aws-error";
import type { Stack } from "./stack";
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

interface Archive {
  readonly Bucket: string;
  readonly Key: string;
  /** What brings it back. */
  readonly remedy: string;
}

/** Where `sls deploy` put the archive of a model, or Autopilot those of its containers. */
function archivesOf(stage: Stage, stack: Stack, model: Model): readonly Archive[] {
  if (model.source === "autopilot") {
    const remedy = "Only another Autopilot job can make it again: `npm run model:autopilot -- --help`.";
    return model.containers.map(({ modelDataUrl }) => {
      const [, Bucket = "", Key = ""] = /^s3:\/\/([^/]+)\/(.+)$/.exec(modelDataUrl) ?? [];
      return { Bucket, Key, remedy };
    });
  }
  const archive = {
    Bucket: stack.output("ServerlessDeploymentBucketName"),
    Key: `serverless/serin/${stage.name}/models/${model.version}/model.tar.gz`,
  };
  const remedy = `Check out the commit that holds the model and run \`${stage.deployCommand}\`, which uploads it.`;
  return [{ ...archive, remedy }];
}

/** @throws UserError when an archive of a model is gone. */
export async function checkArchives(stage: Stage, stack: Stack, model: Model): Promise<void> {
  for (const archive of archivesOf(stage, stack, model)) await checkArchive(stage, model.version, archive);
}

async function checkArchive(stage: Stage, version: string, { Bucket, Key, remedy }: Archive): Promise<void> {
  try {
    await stage.aws.s3.send(new HeadObjectCommand({ Bucket, Key }));
  } catch (error) {
    // A refusal without a body: without s3:ListBucket, S3 answers so for a missing object too.
    if (error instanceof Error && /^(403|Forbidden)$/.test(error.name))
      throw new UserError(`Access denied: your identity needs the rights s3:GetObject and s3:ListBucket on ${Bucket}.`);
    if (!isMissing(error)) throw error;
    throw new UserError(`The archive of model ${version} is gone: there is no s3://${Bucket}/${Key}. ${remedy}`);
  }
}
