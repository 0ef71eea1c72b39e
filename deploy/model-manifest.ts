// What model.json says of the artifact beside it: the hashes of its files, and how good it is.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020";
import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import { UserError } from "./local/user-error";

/** Metrics by evaluation set, such as test/sst3. */
export const METRICS = {
  type: "object",
  additionalProperties: {
    type: "object",
    required: ["macro_f1", "accuracy"],
    properties: { macro_f1: { type: "number" }, accuracy: { type: "number" } },
  },
} as const satisfies JSONSchema;

/** The part of model/model.schema.json that packaging reads. */
const SCHEMA = {
  type: "object",
  required: ["files", "metrics"],
  properties: {
    files: { type: "object", additionalProperties: { type: "string" } },
    metrics: METRICS,
  },
} as const satisfies JSONSchema;

/** `metrics` are fractions by evaluation set, such as test/sst3; `files` are SHA-256 in hex by name. */
export type Manifest = FromSchema<typeof SCHEMA>;

const isManifest = new Ajv2020().compile<Manifest>(SCHEMA);

/**
 * Reads model.json and checks that the files which it names are the ones that it was written for.
 * @param folder - The artifact's folder.
 * @throws UserError that names the file which is missing, malformed or altered.
 */
export function readManifest(folder: string): Manifest {
  const manifest = parse(read(folder, "model.json"), path.join(folder, "model.json"));
  for (const [name, sha256] of Object.entries(manifest.files)) {
    if (createHash("sha256").update(read(folder, name)).digest("hex") === sha256) continue;
    const file = path.join(folder, name);
    throw new UserError(
      `${file} is not the file that model.json was written for: restore it, or train the model again`,
    );
  }
  return manifest;
}

function read(folder: string, name: string): Buffer {
  const file = path.join(folder, name);
  if (existsSync(file)) return readFileSync(file);
  throw new UserError(`${file} is missing; train a model with \`npm run model:train\``);
}

function parse(content: Buffer, file: string): Manifest {
  try {
    const manifest: unknown = JSON.parse(content.toString("utf8"));
    if (isManifest(manifest)) return manifest;
  } catch {
    // said below
  }
  throw new UserError(`${file} is not a model's manifest (model/model.schema.json); train the model again`);
}
