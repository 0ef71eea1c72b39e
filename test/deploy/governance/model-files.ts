// Models as folders, and as archives, as small as can be.
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { create } from "tar";
import { write } from "../model-folder";

const FILES = {
  "model.onnx": "weights",
  "tokenizer.json": "tokens",
  "code/inference.py": "code",
  "model.json": JSON.stringify({ labels: ["positive", "neutral", "negative"], maxTokens: 256, metrics: {} }),
};

/** Makes a model in a folder. @param changed - Content of files that differ from other models'. */
export function makeModel(folder: string, changed: Readonly<Record<string, string>> = {}): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries({ ...FILES, ...changed })) write(folder, name, content);
  return folder;
}

/** The bytes of a model.tar.gz of a folder's content. */
export async function archiveOf(folder: string): Promise<Buffer> {
  const file = `${folder}.tar.gz`;
  await create({ file, cwd: folder, gzip: true }, readdirSync(folder));
  return readFileSync(file);
}

/** What model.json holds when it says something else of the model. */
export const OTHER_METRICS = JSON.stringify({
  maxTokens: 256,
  labels: ["positive", "neutral", "negative"],
  metrics: { "test/sst3": { accuracy: 0.5 } },
});
