// Serverless plugin: packs the model on `sls package` and uploads it on `sls deploy`, before the endpoint needs it.
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { HeadObjectCommand, PutObjectCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { modelVersion, packModel } from "../model-package";

/** The part of osls that this plugin uses. */
interface Serverless {
  readonly serviceDir: string;
  readonly service: {
    readonly service: string;
    readonly provider: { readonly shouldNotDeploy?: boolean };
  };
  getProvider(name: "aws"): {
    getStage(): string;
    getServerlessDeploymentBucketName(): Promise<string>;
    getAwsSdkV3Config(): Promise<S3ClientConfig>;
  };
}

interface Toolkit {
  readonly progress: { get(name: string): { notice(message: string): void } };
}

interface VariableRequest {
  readonly address: string;
}

/**
 * Gives serverless.yml the variable `${model:version}`, the content hash of the model in the working tree. The archive goes
 * to the deployment bucket (the one that exists before the stack's resources), below the prefix that `sls remove` empties.
 */
export class ModelArtifactPlugin {
  readonly configurationVariablesSources = {
    model: { resolve: ({ address }: VariableRequest) => ({ value: this.variable(address) }) },
  };

  readonly hooks = {
    "package:finalize": () => this.pack(),
    "after:aws:deploy:deploy:uploadArtifacts": () => this.upload(),
  };

  constructor(
    private readonly serverless: Serverless,
    private readonly options: { readonly package?: string },
    private readonly toolkit: Toolkit,
  ) {}

  private variable(address: string): string {
    if (address === "version") return modelVersion(this.serverless.serviceDir);
    throw new Error(`\${model:${address}} is unknown; there is \${model:version}`);
  }

  private get archive(): string {
    return path.join(this.serverless.serviceDir, this.options.package ?? ".serverless", "model.tar.gz");
  }

  private async pack(): Promise<void> {
    mkdirSync(path.dirname(this.archive), { recursive: true });
    await packModel(this.serverless.serviceDir, this.archive);
  }

  private async upload(): Promise<void> {
    const { service } = this.serverless;
    if (service.provider.shouldNotDeploy) return;
    const provider = this.serverless.getProvider("aws");
    const version = modelVersion(this.serverless.serviceDir);
    const object = {
      Bucket: await provider.getServerlessDeploymentBucketName(),
      Key: `serverless/${service.service}/${provider.getStage()}/models/${version}/model.tar.gz`,
    };
    const s3 = new S3Client(await provider.getAwsSdkV3Config());
    if (await isThere(s3, object)) return;
    this.toolkit.progress.get("main").notice(`Uploading model ${version}`);
    await s3.send(new PutObjectCommand({ ...object, Body: readFileSync(this.archive) }));
  }
}

async function isThere(s3: S3Client, object: { Bucket: string; Key: string }): Promise<boolean> {
  try {
    await s3.send(new HeadObjectCommand(object));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "NotFound") return false;
    throw error;
  }
}
