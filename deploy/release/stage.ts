// A stage as the release commands see it: its names, and clients of the AWS (or the local target) that it runs on.
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { CodeDeployClient } from "@aws-sdk/client-codedeploy";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { SNSClient } from "@aws-sdk/client-sns";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import { clientConfig, REGION } from "../local/aws";
import { readTarget, stateOf } from "../local/state";
import { UserError } from "../local/user-error";
import { wrongWithStageName } from "../stage-name";
import { stageFlags } from "../stage-region";

/** The alias that the API calls. */
export const ALIAS = "live";

export interface Stage {
  readonly name: string;
  readonly region: string;
  /** What a command about this stage ends with, so that a line which we print works when pasted. */
  readonly flags: string;
  /** The command that deploys the working tree to it. */
  readonly deployCommand: string;
  /** Address of the emulated AWS; undefined for a stage on AWS. */
  readonly awsUrl: string | undefined;
  /** Pause between two looks at something that is under way, in milliseconds. */
  readonly pollMs: number;
  readonly functionName: string;
  readonly application: string;
  readonly deploymentGroup: string;
  /** Path in the parameter store, without a slash at its end. */
  readonly parameters: string;
  readonly aws: ReturnType<typeof clients>;
}

/**
 * @param awsRegion - Of a stage on AWS; `local` has the emulator's.
 * @throws UserError when the stage is `local` and no local target runs, or when the name cannot be a stage's.
 */
export function openStage(name: string, awsRegion: string = REGION): Stage {
  const wrong = wrongWithStageName(name);
  if (wrong !== undefined) throw new UserError(`${wrong}.`);
  const awsUrl = name === "local" ? readTarget(stateOf()).awsUrl : undefined;
  const stack = `serin-${name}`;
  const region = awsUrl === undefined ? awsRegion : REGION;
  const flags = awsUrl === undefined ? stageFlags(name, region) : `--stage ${name}`;
  return {
    name,
    region,
    flags,
    deployCommand: awsUrl === undefined ? `npx sls deploy ${flags}` : "npm start",
    awsUrl,
    pollMs: awsUrl === undefined ? 2_000 : 250,
    functionName: `${stack}-predict`,
    application: stack,
    deploymentGroup: `${stack}-PredictLambdaFunctionDeploymentGroup`,
    parameters: `/serin/${name}`,
    aws: clients(awsUrl === undefined ? { region, maxAttempts: 6 } : clientConfig(awsUrl)),
  };
}

/** What of an SDK client's options differs between AWS and the local target. */
interface ClientOptions {
  readonly region: string;
  readonly maxAttempts?: number;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

function clients(config: ClientOptions) {
  return {
    cloudFormation: new CloudFormationClient(config),
    codeDeploy: new CodeDeployClient(config),
    lambda: new LambdaClient(config),
    logs: new CloudWatchLogsClient(config),
    s3: new S3Client({ ...config, forcePathStyle: config.endpoint !== undefined }),
    sageMaker: new SageMakerClient(config),
    sns: new SNSClient(config),
    ssm: new SSMClient(config),
    sts: new STSClient(config),
  };
}
