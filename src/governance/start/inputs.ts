// What a job is given: the engine, the probe and the models as they lie in the deployment bucket, and the files that are its own.
import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { ProcessingInput } from "@aws-sdk/client-sagemaker";
import type { StartConfig } from "./config";
import { historyManifest } from "./history";
import { endpointOf, isRemote, type Model, type Models } from "./models";

/** Where SageMaker mounts a job's files. */
export const MOUNT = "/opt/ml/processing";

/** A file of one job's, which the start Lambda writes. */
interface OwnFile {
  readonly name: string;
  readonly content: unknown;
}

/** Writes a job's own files below jobs/JOB/. */
export class JobInputs {
  private readonly inputs: ProcessingInput[] = [];

  constructor(
    private readonly s3: S3Client,
    private readonly config: Pick<StartConfig, "bucket" | "engine" | "stage" | "engineKind">,
    private readonly job: string,
  ) {}

  /** What was added so far, for CreateProcessingJob. */
  get all(): ProcessingInput[] {
    return [...this.inputs];
  }

  /** @param folder - Below input/. @returns Where the job finds it. */
  add(folder: string, uri: string, type: "S3Prefix" | "ManifestFile" = "S3Prefix"): string {
    const LocalPath = `${MOUNT}/input/${folder}`;
    const S3Input = { S3Uri: uri, LocalPath, S3DataType: type, S3InputMode: "File" } as const;
    this.inputs.push({ InputName: folder, S3Input });
    return LocalPath;
  }

  /** The engine's own, from the deployment. */
  addOfEngine(folder: "code" | "data"): string {
    return this.add(folder, `${this.config.engine}/${folder}/`);
  }

  /** @returns VERSION=PLACE, as `python -m job` wants it. */
  addModel(folder: "model" | "baseline", model: Model): string {
    const place = isRemote(model) ? model.place : `${this.add(folder, model.place)}/model.tar.gz`;
    return `${model.version}=${place}`;
  }

  /** @returns undefined before the first report. */
  async addHistory(): Promise<string | undefined> {
    const content = await historyManifest(this.s3, this.config.bucket);
    if (content === undefined) return undefined;
    return this.add("history", await this.write({ name: "history.manifest", content }), "ManifestFile");
  }

  async addTraffic(content: unknown): Promise<string> {
    return `${this.add("traffic", await this.write({ name: "traffic.json", content }))}/traffic.json`;
  }

  /** The committed configuration with what it asks. */
  async addConfiguration({ active }: Models): Promise<string> {
    const committed = await this.committedConfiguration();
    const endpoint = endpointOf(this.config.stage, active.version);
    const content = this.config.engineKind === "serin" ? committed : forClarify(committed, endpoint);
    const name = "analysis_config.json";
    return `${this.add("config", await this.write({ name, content }))}/${name}`;
  }

  private async committedConfiguration(): Promise<Readonly<Record<string, unknown>>> {
    const { host, pathname } = new URL(`${this.config.engine}/config/analysis_config.json`);
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: host, Key: pathname.slice(1) }));
    const configuration: unknown = JSON.parse((await Body?.transformToString()) ?? "");
    if (typeof configuration === "object" && configuration !== null) return { ...configuration };
    throw new Error(`${this.config.engine}/config/analysis_config.json is not a JSON object; deploy again`);
  }

  private async write({ name, content }: OwnFile): Promise<string> {
    const object = { Bucket: this.config.bucket, Key: `jobs/${this.job}/${name}` };
    await this.s3.send(
      new PutObjectCommand({ ...object, Body: JSON.stringify(content), ContentType: "application/json" }),
    );
    return `s3://${object.Bucket}/${object.Key}`;
  }
}

/** For AWS's own image, which asks the endpoint itself; how, the committed configuration says. */
function forClarify(committed: Readonly<Record<string, unknown>>, endpoint: string): Readonly<Record<string, unknown>> {
  return { ...committed, predictor: { ...Object(committed["predictor"]), endpoint_name: endpoint } };
}
