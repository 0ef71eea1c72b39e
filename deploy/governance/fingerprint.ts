// What decides a model's answers, in one hash: two versions that differ only in what is said of them need no comparison.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020";
import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import { list } from "tar";
import { UserError } from "../local/user-error";

const MANIFEST = "model.json";

/** What inference.py reads of model.json; the rest, such as metrics, describes. */
const READ = {
  type: "object",
  required: ["labels", "maxTokens"],
  properties: { labels: { type: "array", items: { type: "string" } }, maxTokens: { type: "integer" } },
} as const satisfies JSONSchema;

const isRead = new Ajv2020().compile<FromSchema<typeof READ>>(READ);

/**
 * A SHA-256 over weights, tokenizer, code and packages; compare folders with folders, and archives with archives.
 * @param place - An artifact's folder or a model.tar.gz.
 * @throws UserError when its model.json is not a model's.
 */
export async function fingerprint(place: string): Promise<string> {
  const digests = statSync(place).isDirectory() ? ofFolder(place) : await ofArchive(place);
  return sha256([...digests].sort().join("\n"));
}

function ofFolder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => digest(path.relative(folder, file), readFileSync(file), folder));
}

async function ofArchive(file: string): Promise<string[]> {
  const digests: Promise<string>[] = [];
  await list({
    file,
    onReadEntry: (entry) => digests.push(entry.concat().then((content) => digest(entry.path, content, file))),
  });
  return Promise.all(digests);
}

function digest(name: string, content: Buffer, place: string): string {
  return `${name} ${sha256(name === MANIFEST ? decisive(content, place) : content)}`;
}

function decisive(manifest: Buffer, place: string): string {
  try {
    const read: unknown = JSON.parse(manifest.toString("utf8"));
    if (isRead(read)) return JSON.stringify([read.labels, read.maxTokens]);
  } catch {
    // said below
  }
  throw new UserError(`${place} is not a model: its model.json lacks labels or maxTokens (model/model.schema.json).`);
}

const sha256 = (content: string | Buffer): string => createHash("sha256").update(content).digest("hex");
