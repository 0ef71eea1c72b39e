// What a governance job takes from a deployment: the engine, the probe and its configuration, in a folder of the deployment bucket that is
// named after their content.
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { ListObjectsV2Command, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { fetchPackages } from "../container-packages";
import { contentVersion } from "../content-version";
import { ENGINE_PACKAGES, engineVersion, packEngine, START } from "../governance/engine-package";
import { ensurePython, pythonOf } from "../python-env";
import { ROOT } from "../root";

const CONFIGURATION = "clarify/config/analysis_config.json";
const PROBE = "clarify/probe";

/** The last file that is uploaded: with it, the folder is complete. */
const LAST = "config/analysis_config.json";

/**
 * The first 12 hex digits of a SHA-256 over the engine and what the probe is made of: the rows themselves would take Python to know.
 * @param root - The repository's root.
 * @throws UserError that names the file which is missing.
 */
export function governanceVersion(root: string): string {
  const files = [...probeSources(root), CONFIGURATION].map((file) => [file, file] as const);
  return contentVersion(root, engineVersion(root), files, ": it is part of the governance job.");
}

function probeSources(root: string): string[] {
  const isSource = (name: string) => /\.(py|toml|csv)$/.test(name);
  const names = readdirSync(path.join(root, PROBE), { recursive: true, encoding: "utf8" }).filter(isSource);
  return names.sort().map((name) => `${PROBE}/${name.split(path.sep).join("/")}`);
}

interface Upload {
  readonly root: string;
  /** Where the files are made. */
  readonly folder: string;
  readonly withPackages: boolean;
  readonly s3: S3Client;
  readonly bucket: string;
  /** Of the keys, with a slash at its end. */
  readonly prefix: string;
  readonly onProgress: (step: string) => void;
}

/** Makes and uploads what the bucket lacks. */
export async function uploadGovernance(upload: Upload): Promise<void> {
  if (await isThere(upload)) return;
  const { root, folder, onProgress } = upload;
  onProgress("Packing the governance engine");
  const engine = path.join(folder, "engine.tar.gz");
  await packEngine(root, engine, upload.withPackages ? await fetchPackages(ENGINE_PACKAGES, onProgress) : undefined);
  const probe = path.join(folder, "dataset.csv");
  await writeProbe(root, probe, onProgress);
  onProgress("Uploading the governance engine");
  await put(upload, "code/engine.tar.gz", engine);
  await put(upload, "code/start.py", path.join(root, START));
  await put(upload, "data/dataset.csv", probe);
  await put(upload, LAST, path.join(root, CONFIGURATION));
}

async function isThere({ s3, bucket, prefix }: Upload): Promise<boolean> {
  const { KeyCount = 0 } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `${prefix}${LAST}` }));
  return KeyCount > 0;
}

/** The probe's own code needs nothing but Python: the rows are the same on every machine. */
async function writeProbe(root: string, file: string, onProgress: (step: string) => void): Promise<void> {
  await ensurePython("local", onProgress);
  const options = { cwd: path.join(root, "clarify"), env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" } };
  await promisify(execFile)(pythonOf(ROOT, "local"), ["-m", "probe", "--out", file], options);
}

async function put({ s3, bucket, prefix }: Upload, name: string, file: string): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: prefix + name, Body: readFileSync(file) }));
}
