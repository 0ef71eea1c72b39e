// Serverless plugin: packs the model and uploads it on `sls deploy`, before the endpoint needs it.
import { readFileSync } from "node:fs";
import path from "node:path";
import { HeadObjectCommand, PutObjectCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { fetchDependencies } from "../model-dependencies";
import { modelVersion, packModel } from "../model-package";
import { ensurePython } from "../python-env";

/** The part of osls that this plugin uses. */
interface Serverless {
  readonly serviceDir: string;
  readonly service: {
    readonly service: string;
    readonly provider: { readonly shouldNotDeploy?: boolean };
    readonly custom: { readonly model: { readonly dependencies: string } };
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
 * It is made when the bucket lacks it: to package a stage, or to deploy a known model, takes no Python packages.
 */
export class ModelArtifactPlugin {
  readonly configurationVariablesSources = {
    model: { resolve: ({ address }: VariableRequest) => ({ value: this.variable(address) }) },
  };

  readonly hooks = {
    "before:package:initialize": () => this.checkParameter(),
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

  /** A wrong parameter fails before anything is made. */
  private checkParameter(): void {
    const { dependencies } = this.serverless.service.custom.model;
    if (dependencies === "packed" || dependencies === "none") return;
    throw new Error(`The parameter modelDependencies is ${JSON.stringify(dependencies)}; it can be packed or none`);
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
    const archive = await this.pack();
    this.notice(`Uploading model ${version}`);
    await s3.send(new PutObjectCommand({ ...object, Body: readFileSync(archive) }));
  }

  private async pack(): Promise<string> {
    const { service, serviceDir } = this.serverless;
    const archive = path.join(serviceDir, this.options.package ?? ".serverless", "model.tar.gz");
    const packed = service.custom.model.dependencies === "packed";
    await packModel(serviceDir, archive, packed ? await this.dependencies() : undefined);
    return archive;
  }

  private async dependencies(): Promise<string> {
    await ensurePython("local", (step) => this.notice(step));
    return fetchDependencies((step) => this.notice(step));
  }

  private notice(message: string): void {
    this.toolkit.progress.get("main").notice(message);
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
