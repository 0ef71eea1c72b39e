// What osls hands to a plugin, with the parts that a test wants to be different.
import type { Serverless, StackParameter, Toolkit } from "../../../deploy/plugins/osls";

export interface Given {
  readonly serviceDir?: string;
  readonly command?: string;
  readonly shouldNotDeploy?: boolean;
  readonly stackParameters?: readonly StackParameter[];
  readonly model?: Partial<Serverless["service"]["custom"]["model"]>;
  readonly release?: string;
  readonly onInconclusive?: string;
}

/** Service serin of stage prod. */
export function makeService(given: Given = {}): Serverless {
  const {
    serviceDir = "",
    command = "deploy",
    model,
    release = "canary",
    onInconclusive = "fail",
    ...provider
  } = given;
  return {
    serviceDir,
    processedInput: { commands: command.split(" ") },
    service: {
      service: "serin",
      provider: { compiledCloudFormationTemplate: { Resources: {} }, ...provider },
      custom: {
        model: { dependencies: "none", version: "aaaaaaaaaaaa", previous: "none", ...model },
        release,
        onInconclusive,
      },
    },
    getProvider: () => ({
      getStage: () => "prod",
      getRegion: () => "eu-west-1",
      getServerlessDeploymentBucketName: () => Promise.resolve("bucket"),
      getAwsSdkV3Config: () => Promise.resolve({ region: "eu-west-1" }),
      naming: { getStackName: () => "serin-prod" },
    }),
  };
}

/** Collects what a plugin tells the user. */
export function makeToolkit(): Toolkit & { readonly notices: string[] } {
  const notices: string[] = [];
  return {
    notices,
    log: { notice: (message) => notices.push(message) },
    progress: { get: () => ({ notice: () => undefined }) },
  };
}
