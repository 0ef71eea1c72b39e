// The function's configuration, read once from its environment.
import { ProcessingInstanceType } from "@aws-sdk/client-sagemaker";
import { type Environment, oneOf, required, wholeNumber } from "../../configuration/environment";

/** What serverless.yml hands to the function that starts the governance job. */
export interface StartConfig {
  readonly stage: string;
  readonly region: string;
  /** For reports, and for what each job is given. */
  readonly bucket: string;
  /** ARN of the KMS key of the bucket and of the job's volume. */
  readonly key: string;
  /** s3://…/models, which has the archive of each model version. */
  readonly models: string;
  /** s3://…/governance/VERSION, which has the engine, the probe and the configuration. */
  readonly engine: string;
  /** What the job runs as. */
  readonly roleArn: string;
  readonly engineKind: "serin" | "clarify";
  readonly image: string;
  readonly instanceType: ProcessingInstanceType;
  /** Seconds after which SageMaker stops the job. */
  readonly maxRuntimeSeconds: number;
  /** The log of predict, which drift is read from. */
  readonly predictLog: string;
  /** Service, stage, owner and cost centre: a job is not the stack's, whose tags it would have. */
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
}

/** @throws Error that names the variable which is missing or wrong, and what it must hold. */
export function readConfig(environment: Environment): StartConfig {
  const stage = required(environment, "STAGE");
  const tags = {
    service: "serin",
    stage,
    owner: required(environment, "OWNER"),
    "cost-centre": required(environment, "COST_CENTRE"),
  };
  return {
    stage,
    region: required(environment, "AWS_REGION"),
    bucket: required(environment, "REPORTS_BUCKET"),
    key: required(environment, "REPORTS_KEY"),
    models: required(environment, "MODELS"),
    engine: required(environment, "ENGINE"),
    roleArn: required(environment, "JOB_ROLE"),
    engineKind: oneOf(environment, "ENGINE_KIND", ["serin", "clarify"]),
    image: required(environment, "IMAGE"),
    instanceType: oneOf(environment, "INSTANCE_TYPE", Object.values(ProcessingInstanceType)),
    maxRuntimeSeconds: wholeNumber(environment, "MAX_RUNTIME_SECONDS", "seconds"),
    predictLog: required(environment, "PREDICT_LOG"),
    tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  };
}
