// What osls hands to a plugin, with the parts that a test wants to be different.
import type { Serverless, StackParameter, Toolkit } from "../../../deploy/plugins/osls";

export interface Given {
  readonly serviceDir?: string;
  readonly command?: string;
  readonly shouldNotDeploy?: boolean;
  readonly stackParameters?: readonly StackParameter[];
  readonly model?: Partial<Serverless["service"]["custom"]["model"]>;
  readonly governance?: Serverless["service"]["custom"]["governance"];
  readonly release?: string;
  readonly notifications?: Readonly<Record<string, string>>;
  readonly stage?: string;
  /** How many resources the compiled template has. */
  readonly resources?: number;
  readonly region?: string;
  /** What the user gives with --param. */
  readonly param?: readonly string[];
}

const PARAMS = {
  default: { account: "", alarmEmail: "", slackWorkspace: "", slackChannel: "", modelBudgetMs: 500, release: "canary" },
  prod: { hosting: "realtime" },
};

const some = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`R${i}`, { Type: "AWS::X::Y", Properties: {} }]));

/** Service serin, of stage prod unless another is given. */
export function makeService(given: Given = {}): Serverless {
  const {
    serviceDir = "",
    command = "deploy",
    model,
    governance = { version: "" },
    release = "canary",
    notifications = {},
    region = "eu-west-1",
    stage = "prod",
    param = [],
    resources = 0,
    ...provider
  } = given;
  return {
    serviceDir,
    processedInput: { commands: command.split(" "), options: { param } },
    configurationInput: { params: PARAMS },
    service: {
      service: "serin",
      resources: { Mappings: { SageMakerRegistry: { "eu-west-1": {}, "us-east-1": {} } } },
      provider: { compiledCloudFormationTemplate: { Resources: some(resources) }, ...provider },
      custom: {
        model: {
          dependencies: "none",
          version: "aaaaaaaaaaaa",
          previous: "none",
          containers: {},
          autopilotInstanceType: "ml.m5.xlarge",
          ...model,
        },
        governance,
        release,
        notifications,
      },
    },
    addServiceOutputSection: () => undefined,
    getProvider: () => ({
      getStage: () => stage,
      getRegion: () => region,
      getServerlessDeploymentBucketName: () => Promise.resolve("bucket"),
      getAwsSdkV3Config: () => Promise.resolve({ region }),
      naming: { getStackName: () => `serin-${stage}` },
    }),
  };
}

/** Collects what a plugin tells the user. */
export function makeToolkit(): Toolkit & { readonly notices: string[] } {
  const notices: string[] = [];
  return {
    notices,
    log: { notice: (message) => notices.push(message), warning: (message) => notices.push(message) },
    progress: { get: () => ({ notice: () => undefined, remove: () => undefined }) },
  };
}
