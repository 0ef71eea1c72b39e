// SageMaker's part of a processing job, which the emulated AWS lacks: brings the inputs, runs the command, takes the outputs to S3.
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  DescribeProcessingJobCommand,
  type DescribeProcessingJobCommandOutput,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { clientConfig } from "../../deploy/local/aws";
import { ROOT } from "../../deploy/root";

/** What a container sees; here, a folder of the test's stands for it. */
const MOUNT = "/opt/ml/processing";

/** A job as SageMaker describes it. */
export type Job = DescribeProcessingJobCommandOutput;

export class Processing {
  private readonly s3: S3Client;
  private readonly sageMaker: SageMakerClient;

  /** @param folder - Stands for /opt/ml/processing. */
  constructor(
    private readonly awsUrl: string,
    private readonly folder: string,
  ) {
    this.s3 = new S3Client({ ...clientConfig(awsUrl), forcePathStyle: true });
    this.sageMaker = new SageMakerClient(clientConfig(awsUrl));
  }

  describe(name: string): Promise<Job> {
    return this.sageMaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: name }));
  }

  async fetchInputs({ ProcessingInputs = [] }: Job): Promise<void> {
    for (const { S3Input: input } of ProcessingInputs) {
      const { S3Uri = "", LocalPath = "", S3DataType } = input ?? {};
      const objects = S3DataType === "ManifestFile" ? await this.ofManifest(S3Uri) : await this.ofPrefix(S3Uri);
      for (const [name, uri] of objects) this.write(path.join(LocalPath, name), await this.read(uri));
    }
  }

  /** @param more - Arguments that make it quicker here. @returns What it printed. */
  async run({ AppSpecification }: Job, ...more: readonly string[]): Promise<string> {
    const { ContainerEntrypoint = [], ContainerArguments = [] } = AppSpecification ?? {};
    const [command = "", ...args] = [...ContainerEntrypoint, ...ContainerArguments, ...more].map((word) =>
      this.local(word),
    );
    mkdirSync(this.local(`${MOUNT}/output`), { recursive: true }); // as SageMaker does
    const PATH = `${path.join(ROOT, ".venv", "bin")}:${process.env["PATH"]}`;
    const { stderr } = await promisify(execFile)(command, args, { env: { PATH, HOME: this.folder } });
    return stderr;
  }

  async uploadOutputs({ ProcessingOutputConfig }: Job): Promise<void> {
    for (const { S3Output } of ProcessingOutputConfig?.Outputs ?? []) {
      const folder = this.local(S3Output?.LocalPath ?? "");
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (entry.isDirectory()) continue;
        const file = path.join(entry.parentPath, entry.name);
        const { Bucket, Key } = place(`${S3Output?.S3Uri}${path.relative(folder, file)}`);
        await this.s3.send(new PutObjectCommand({ Bucket, Key, Body: readFileSync(file) }));
      }
    }
  }

  /** The emulated SageMaker then tells EventBridge. */
  async end(name: string, status: "Completed" | "Failed"): Promise<void> {
    const response = await fetch(this.awsUrl, {
      method: "POST",
      headers: {
        authorization:
          "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sagemaker/aws4_request, SignedHeaders=host, Signature=0",
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "SageMaker.EndProcessingJob",
      },
      body: JSON.stringify({ ProcessingJobName: name, ProcessingJobStatus: status }),
    });
    if (!response.ok) throw new Error(`EndProcessingJob: HTTP ${response.status} ${await response.text()}`);
  }

  private local(word: string): string {
    return word.replaceAll(MOUNT, this.folder);
  }

  private write(file: string, content: Uint8Array): void {
    mkdirSync(path.dirname(this.local(file)), { recursive: true });
    writeFileSync(this.local(file), content);
  }

  private async ofManifest(uri: string): Promise<readonly [string, string][]> {
    const [{ prefix }, ...names] = JSON.parse(new TextDecoder().decode(await this.read(uri)));
    return names.map((name: string): [string, string] => [name, `${prefix}${name}`]);
  }

  private async ofPrefix(uri: string): Promise<readonly [string, string][]> {
    const { Bucket, Key } = place(uri);
    const { Contents = [] } = await this.s3.send(new ListObjectsV2Command({ Bucket, Prefix: Key }));
    if (Contents.length === 0) throw new Error(`there is nothing at ${uri}`);
    const base = Key.slice(0, Key.lastIndexOf("/") + 1);
    return Contents.map(({ Key: key = "" }) => [key.slice(base.length), `s3://${Bucket}/${key}`]);
  }

  private async read(uri: string): Promise<Uint8Array> {
    const { Body } = await this.s3.send(new GetObjectCommand(place(uri)));
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  }
}

/** Bucket and key of s3://… */
export function place(uri: string): { readonly Bucket: string; readonly Key: string } {
  const { host, pathname } = new URL(uri);
  return { Bucket: host, Key: decodeURIComponent(pathname.slice(1)) };
}
