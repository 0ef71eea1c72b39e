// Uploads the model in the working tree to a stage, and registers it there.
import path from "node:path";
import type { SSMClient } from "@aws-sdk/client-ssm";
import { fetchPackages } from "../container-packages";
import { readManifest } from "../model-manifest";
import { ARTIFACT, MODEL_PACKAGES, packModel } from "../model-package";
import { ensurePython } from "../python-env";
import type { ModelArchives } from "./model-archives";
import { registerModel } from "./released-models";

interface Upload {
  /** The folder that holds model/. */
  readonly root: string;
  readonly stage: string;
  /** The id of the model there. */
  readonly version: string;
  /** Where the archive is made. */
  readonly file: string;
  /** Whether the archive brings the Python packages that its container lacks. */
  readonly withPackages: boolean;
  readonly archives: ModelArchives;
  readonly ssm: SSMClient;
  readonly onProgress: (step: string) => void;
}

/** Makes and uploads the archive when the stage lacks it: to deploy a known model takes no Python packages. */
export async function uploadModel(upload: Upload): Promise<void> {
  const { version, archives, onProgress } = upload;
  const isNew = !(await archives.versions()).includes(version);
  if (isNew) {
    await pack(upload);
    onProgress(`Uploading model ${version}`);
    await archives.upload(version, upload.file);
  }
  await register(upload, isNew);
}

async function pack({ root, file, withPackages, onProgress }: Upload): Promise<void> {
  if (!withPackages) return packModel(root, file);
  await ensurePython("local", onProgress);
  await packModel(root, file, await fetchPackages(MODEL_PACKAGES, onProgress));
}

async function register({ root, stage, version, archives, ssm }: Upload, isNew: boolean): Promise<void> {
  const { metrics } = readManifest(path.join(root, ARTIFACT));
  const figures = Object.entries(metrics).map(
    ([set, { macro_f1, accuracy }]) => [set, { macro_f1, accuracy }] as const, // model.json has more of them
  );
  const metadata = {
    version,
    s3Uri: archives.uri(version),
    uploadedAt: new Date().toISOString(),
    source: "trained",
    metrics: Object.fromEntries(figures),
  } as const;
  await registerModel(ssm, stage, metadata, isNew);
}
