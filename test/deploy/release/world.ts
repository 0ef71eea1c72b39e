// A stage on AWS as the release commands see it, held in memory behind the SDK's clients.
import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type StackEvent,
  UpdateStackCommand,
  type UpdateStackCommandInput,
} from "@aws-sdk/client-cloudformation";
import { CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  BatchGetDeploymentsCommand,
  CodeDeployClient,
  type DeploymentCreator,
  type DeploymentInfo,
  type DeploymentStatus,
  GetApplicationRevisionCommand,
  ListDeploymentsCommand,
  StopDeploymentCommand,
} from "@aws-sdk/client-codedeploy";
import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListVersionsByFunctionCommand,
} from "@aws-sdk/client-lambda";
import { HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { DescribeEndpointCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetParametersByPathCommand, GetParametersCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { mockClient } from "aws-sdk-client-mock";
import { openStage, type Stage } from "../../../deploy/release/stage";

export const ARN = "arn:aws:iam::123456789012:user/on-call";

/** An error as the SDK throws it. */
export function awsError(name: string, message = name): Error {
  return Object.assign(new Error(message), { name });
}

interface Release {
  readonly from: string;
  readonly to: string;
  readonly status?: DeploymentStatus;
  readonly message?: string;
  readonly creator?: DeploymentCreator;
}

export class World {
  readonly cloudFormation = mockClient(CloudFormationClient);
  readonly codeDeploy = mockClient(CodeDeployClient);
  readonly lambda = mockClient(LambdaClient);
  readonly logs = mockClient(CloudWatchLogsClient);
  readonly s3 = mockClient(S3Client);
  readonly sageMaker = mockClient(SageMakerClient);
  readonly sns = mockClient(SNSClient);
  readonly ssm = mockClient(SSMClient);
  readonly sts = mockClient(STSClient);

  readonly stage: Stage = { ...openStage("prod"), pollMs: 1 };
  stackStatus = "UPDATE_COMPLETE";
  parameters = new Map([
    ["StableVersion", "2"],
    ["LiveVersion", "none"],
    ["LiveModel", "none"],
    ["LivePreviousModel", "none"],
    ["Release", "canary"],
  ]);
  alias: { version: string; weights: Record<string, number> } = { version: "3", weights: {} };
  /** The version that the stack's template holds. */
  deployed = "3";
  /** Models by version. */
  versions = new Map([
    ["1", "model-a"],
    ["2", "model-b"],
    ["3", "model-b"],
  ]);
  endpoints = new Map([
    ["serin-prod-model-a", "InService"],
    ["serin-prod-model-b", "InService"],
  ]);
  deployments: DeploymentInfo[] = [];
  readonly store = new Map<string, string>();
  archives = new Set<string>();
  events: StackEvent[] = [];
  readonly published: string[] = [];
  readonly logged: string[] = [];
  /** What an update of the stack does; by default it takes effect at once. */
  onUpdate = (parameters: ReadonlyMap<string, string>) => {
    this.alias = { version: parameters.get("LiveVersion") ?? "", weights: {} };
  };
  onStop: () => void = () => undefined;

  constructor() {
    this.serveStack();
    this.serveDeployments();
    this.serveFunction();
    this.serveRecords();
  }

  /** Adds a release, newer than those before it. */
  release({ from, to, status = "Succeeded", message, creator = "user" }: Release): void {
    const content = JSON.stringify({
      Resources: [{ live: { Properties: { CurrentVersion: from, TargetVersion: to } } }],
    });
    const id = `d-${this.deployments.length + 1}`;
    this.deployments.push({
      deploymentId: id,
      status,
      createTime: new Date(Date.UTC(2026, 0, 1 + this.deployments.length, 12)),
      creator,
      revision: { revisionType: "AppSpecContent", appSpecContent: { sha256: content } },
      errorInformation: message === undefined ? undefined : { code: "ALARM_ACTIVE", message },
    });
  }

  /** What was recorded by hand, in the order of recording. */
  records(): unknown[] {
    const isRecord = (name: string) => name.startsWith("/serin/prod/releases/");
    return [...this.store].filter(([name]) => isRecord(name)).map(([, value]) => JSON.parse(value));
  }

  model(version: string, accuracy = 0.8): void {
    const metrics = { "test/sst3": { macro_f1: accuracy - 0.05, accuracy } };
    const metadata = {
      version,
      s3Uri: `s3://b/${version}`,
      uploadedAt: "2026-01-01T00:00:00.000Z",
      source: "trained",
      metrics,
    };
    this.store.set(`/serin/prod/models/versions/${version}/metadata`, JSON.stringify(metadata));
    this.archives.add(`serverless/serin/prod/models/${version}/model.tar.gz`);
  }

  /** A model of Autopilot's, and its archive's key. */
  autopilot(version: string, key: string): void {
    const image = "763104351884.dkr.ecr.us-east-1.amazonaws.com/autogluon-inference:1";
    const metadata = {
      version,
      uploadedAt: "2026-01-02T00:00:00.000Z",
      source: "autopilot",
      metrics: { "autopilot/validation": { accuracy: 0.83 } },
      job: "reviews",
      dataSha256: "00",
      containers: [{ image, modelDataUrl: `s3://bucket/${key}`, environment: {} }],
    };
    this.store.set(`/serin/prod/models/versions/${version}/metadata`, JSON.stringify(metadata));
    this.archives.add(key);
  }

  restore(): void {
    for (const mock of [this.cloudFormation, this.codeDeploy, this.lambda, this.logs, this.s3]) mock.restore();
    for (const mock of [this.sageMaker, this.sns, this.ssm, this.sts]) mock.restore();
  }

  private serveStack(): void {
    this.cloudFormation.on(DescribeStacksCommand).callsFake(() => ({
      Stacks: [
        {
          StackName: "serin-prod",
          StackStatus: this.stackStatus,
          Tags: [{ Key: "service", Value: "serin" }],
          Parameters: [...this.parameters].map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
          Outputs: [
            [
              "LiveVersion",
              this.parameters.get("LiveVersion") === "none" ? this.deployed : this.parameters.get("LiveVersion"),
            ],
            [
              "PredictLambdaFunctionQualifiedArn",
              `arn:aws:lambda:us-east-1:1:function:serin-prod-predict:${this.deployed}`,
            ],
            ["ServerlessDeploymentBucketName", "bucket"],
            ["ReleaseTopicArn", "arn:aws:sns:us-east-1:1:topic"],
            ["ReleaseLogName", "/serin/prod/releases"],
            ["AutopilotRoleArn", "arn:aws:iam::123456789012:role/serin-prod-AutopilotRole"],
          ].map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
        },
      ],
    }));
    this.cloudFormation.on(UpdateStackCommand).callsFake((input: UpdateStackCommandInput) => {
      for (const { ParameterKey = "", ParameterValue } of input.Parameters ?? [])
        if (ParameterValue !== undefined) this.parameters.set(ParameterKey, ParameterValue);
      this.onUpdate(this.parameters);
      this.events = this.events.map((event) => ({ ...event, ClientRequestToken: input.ClientRequestToken }));
      return {};
    });
    this.cloudFormation.on(DescribeStackEventsCommand).callsFake(() => ({ StackEvents: this.events }));
  }

  private serveDeployments(): void {
    this.codeDeploy.on(ListDeploymentsCommand).callsFake(({ nextToken }: { nextToken?: string }) => {
      const ids = this.deployments.map(({ deploymentId }) => deploymentId);
      return nextToken === undefined
        ? { deployments: ids.slice(0, 2), nextToken: "more" } // in pages, and not in the order of time
        : { deployments: ids.slice(2) };
    });
    this.codeDeploy.on(BatchGetDeploymentsCommand).callsFake(({ deploymentIds }: { deploymentIds: string[] }) => ({
      deploymentsInfo: this.deployments.filter(({ deploymentId = "" }) => deploymentIds.includes(deploymentId)),
    }));
    // As AWS does, only here the content is returned; our hash is the content itself.
    this.codeDeploy.on(GetApplicationRevisionCommand).callsFake(({ revision }) => ({
      revision: { ...revision, appSpecContent: { content: revision.appSpecContent.sha256 } },
    }));
    this.codeDeploy.on(StopDeploymentCommand).callsFake(() => {
      this.onStop();
      return { status: "Pending" };
    });
  }

  private configuration(version: string) {
    const model = this.versions.get(version);
    if (model === undefined) throw awsError("ResourceNotFoundException");
    return {
      Version: version,
      Environment: { Variables: { MODEL_VERSION: model, MODEL_ENDPOINT: `serin-prod-${model}` } },
    };
  }

  private serveFunction(): void {
    this.lambda.on(GetAliasCommand).callsFake(() => ({
      FunctionVersion: this.alias.version,
      RoutingConfig: { AdditionalVersionWeights: this.alias.weights },
    }));
    this.lambda
      .on(GetFunctionConfigurationCommand)
      .callsFake(({ Qualifier }: { Qualifier: string }) => this.configuration(Qualifier));
    this.lambda.on(ListVersionsByFunctionCommand).callsFake(() => ({
      Versions: [{ Version: "$LATEST" }, ...[...this.versions.keys()].map((version) => this.configuration(version))],
    }));
    this.sageMaker.on(DescribeEndpointCommand).callsFake(({ EndpointName }: { EndpointName: string }) => {
      const status = this.endpoints.get(EndpointName);
      if (status === undefined) throw awsError("ValidationException", `Could not find endpoint "${EndpointName}".`);
      return { EndpointStatus: status };
    });
    this.s3.on(HeadObjectCommand).callsFake(({ Key }: { Key: string }) => {
      if (!this.archives.has(Key)) throw awsError("NotFound");
      return {};
    });
  }

  private serveRecords(): void {
    this.sts.on(GetCallerIdentityCommand).resolves({ Arn: ARN });
    this.ssm.on(GetParametersByPathCommand).callsFake(({ Path }: { Path: string }) => ({
      Parameters: [...this.store]
        .filter(([name]) => name.startsWith(`${Path}/`))
        .map(([Name, Value]) => ({ Name, Value })),
    }));
    this.ssm.on(GetParametersCommand).callsFake(({ Names }: { Names: string[] }) => ({
      Parameters: Names.flatMap((Name) => (this.store.has(Name) ? { Name, Value: this.store.get(Name) } : [])),
    }));
    this.ssm.on(PutParameterCommand).callsFake(({ Name, Value }: { Name: string; Value: string }) => {
      this.store.set(Name, Value);
      return {};
    });
    this.logs.on(CreateLogStreamCommand).resolves({});
    this.logs.on(PutLogEventsCommand).callsFake(({ logEvents }: { logEvents: { message: string }[] }) => {
      this.logged.push(...logEvents.map(({ message }) => message));
      return {};
    });
    this.sns.on(PublishCommand).callsFake(({ Message }: { Message: string }) => {
      this.published.push(Message);
      return {};
    });
  }
}
