// The Autopilot job: its name, where its files are, and what is asked of SageMaker.
import type { CreateAutoMLJobV2CommandInput } from "@aws-sdk/client-sagemaker";
import { UserError } from "../local/user-error";
import type { Stack } from "../release/stack";
import type { Stage } from "../release/stage";
import { CONTENT_COLUMN, type DataSet, LABEL_COLUMN } from "./data-set";

const MAX_NAME = 32; // like the pattern, of CreateAutoMLJobV2 in the API reference
const NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}$/;

/**
 * A job's name: of the same data, so that the same command comes back to the same job instead of paying for another one. It begins so
 * that AutopilotRole's rights to what a job makes by its name hold (deploy/iam.yml).
 */
export const defaultName = (stage: string, { sha256 }: DataSet): string =>
  `${prefix(stage)}${sha256.slice(0, 8)}`.slice(0, MAX_NAME);

const prefix = (stage: string): string => `serin-${stage}-`;

/** @throws UserError that says what a name can be. */
export function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw new UserError(
    `--name ${JSON.stringify(name)} cannot be an Autopilot job's: at most ${MAX_NAME} letters, digits and single hyphens between them (this has ${name.length} characters).`,
  );
}

/** A job of another name would fail in its last steps, after hours that cost. @throws UserError that says how to begin a new one's. */
export function checkNewName(name: string, { name: stage }: Stage): void {
  if (name.startsWith(prefix(stage))) return;
  throw new UserError(
    `--name ${name} cannot be a new job's of stage ${stage}: begin it with ${prefix(stage)}, for which the job's role has its rights, or leave --name out.`,
  );
}

/** Where files of Autopilot's are, in the bucket and below the prefix that `sls remove` empties. */
const folder = (stage: Stage): string => `serverless/serin/${stage.name}/models/autopilot`;

/** Where a stage's jobs find their data; equal data are uploaded once. */
export const dataKey = (stage: Stage, sha256: string): string => `${folder(stage)}/data/${sha256}/train.csv`;

/** The hash of the data of a job of this stage's; undefined for a job that is not. */
export const dataHashOf = (stage: Stage, s3Uri: string | undefined): string | undefined =>
  new RegExp(`/${folder(stage)}/data/([0-9a-f]{64})/`).exec(s3Uri ?? "")?.[1];

/** @param maxHours - After which AWS stops the job. */
export function jobRequest(
  stage: Stage,
  stack: Stack,
  name: string,
  { sha256 }: DataSet,
  maxHours: number,
): CreateAutoMLJobV2CommandInput {
  const bucket = `s3://${stack.output("ServerlessDeploymentBucketName")}`;
  const S3Uri = `${bucket}/${dataKey(stage, sha256)}`;
  return {
    AutoMLJobName: name,
    RoleArn: stack.output("AutopilotRoleArn"),
    AutoMLJobInputDataConfig: [
      {
        ChannelType: "training",
        ContentType: "text/csv;header=present",
        CompressionType: "None",
        DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri } },
      },
    ],
    OutputDataConfig: { S3OutputPath: `${bucket}/${folder(stage)}/jobs` },
    AutoMLProblemTypeConfig: {
      TextClassificationJobConfig: {
        ContentColumn: CONTENT_COLUMN,
        TargetLabelColumn: LABEL_COLUMN,
        CompletionCriteria: {
          MaxCandidates: 1, // all that the API reference allows for texts
          MaxRuntimePerTrainingJobInSeconds: maxHours * 3600,
          MaxAutoMLJobRuntimeInSeconds: maxHours * 3600,
        },
      },
    },
    AutoMLJobObjective: { MetricName: "Accuracy" }, // the only one for texts
    DataSplitConfig: { ValidationFraction: 0.2 },
    // No key for volumes: the GPU instances that Autopilot may choose refuse one, and encrypt their disks by themselves.
    SecurityConfig: { EnableInterContainerTrafficEncryption: true },
    Tags: [...stack.tags],
  };
}
