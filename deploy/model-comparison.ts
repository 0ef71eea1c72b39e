// Whether a model is significantly worse than the one before it: both answer the same labelled texts.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import { Ajv2020 } from "ajv/dist/2020";
import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import { extract } from "tar";
import { UserError } from "./local/user-error";
import { ARTIFACT } from "./model-package";
import { PYTHON } from "./python-env";

const VERDICT = { enum: ["worse", "same", "better"] } as const;
const FIGURE = {
  type: "object",
  required: ["a", "b", "difference", "low", "high"],
  properties: {
    a: { type: "number" },
    b: { type: "number" },
    difference: { type: "number" },
    low: { type: "number" },
    high: { type: "number" },
  },
} as const;

/** What `model:compare --json` prints: figures are fractions, `difference` is b - a within its 95 % interval. */
const SCHEMA = {
  type: "object",
  required: ["sets", "verdict"],
  properties: {
    verdict: VERDICT,
    sets: {
      type: "array",
      items: {
        type: "object",
        required: ["name", "rows", "macro_f1", "accuracy", "verdict"],
        properties: {
          name: { type: "string" },
          rows: { type: "integer" },
          macro_f1: FIGURE,
          accuracy: FIGURE,
          verdict: VERDICT,
        },
      },
    },
  },
} as const satisfies JSONSchema;

/** How a model (b) does beside the one before it (a), on each set of labelled texts. */
export type Comparison = FromSchema<typeof SCHEMA>;

const isComparison = new Ajv2020().compile<Comparison>(SCHEMA);
const SIGNIFICANTLY_WORSE = 3; // model/compare.py's exit code
const FILES = ["model.onnx", "tokenizer.json", "model.json"];

/**
 * Unpacks the artifact that a commit has.
 * @param root - The repository's root.
 * @param folder - An empty folder to unpack to.
 * @returns Whether there is one: not outside of a git checkout, nor before the first model.
 */
export async function unpackCommitted(root: string, folder: string, commit = "HEAD"): Promise<boolean> {
  const archive = path.join(folder, "artifact.tar");
  try {
    const args = ["archive", "--format=tar", `--output=${archive}`, `${commit}:${ARTIFACT}`];
    execFileSync("git", args, { cwd: root, stdio: "ignore" });
  } catch {
    return false;
  }
  await extract({ file: archive, cwd: folder });
  rmSync(archive);
  return true;
}

/** Whether two artifacts have the same bytes, so that there is nothing to compare. */
export function isSameModel(a: string, b: string): boolean {
  return FILES.every((name) => readFileSync(path.join(a, name)).equals(readFileSync(path.join(b, name))));
}

/**
 * Compares two models with model/compare.py, which says on stderr what it cannot read.
 * @param root - The repository's root.
 * @param before - The model to beat: a folder or a model.tar.gz.
 * @param after - The new model, likewise.
 * @param data - JSON Lines files of labelled texts, or folders of them; without any, the samples in the repository.
 * @throws UserError when they cannot be compared.
 */
export async function compareModels(
  root: string,
  before: string,
  after: string,
  data: readonly string[],
): Promise<Comparison> {
  const script = path.join(root, "model", "compare.py");
  const on = data.length > 0 ? ["--data", ...data] : [];
  const child = spawn(PYTHON, [script, before, after, ...on, "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output] = await Promise.all([text(child.stdout), once(child, "close")]);
  const code = child.exitCode;
  if (code !== 0 && code !== SIGNIFICANTLY_WORSE) {
    throw new UserError(`The models could not be compared (exit ${code}); name another with --baseline.`);
  }
  const comparison: unknown = JSON.parse(output);
  if (isComparison(comparison)) return comparison;
  throw new Error("model/compare.py printed a document of another form than deploy/model-comparison.ts reads");
}
