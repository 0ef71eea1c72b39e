// A folder with the files that make up a model, as small as can be.
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const FILES = [
  "artifact/model.onnx",
  "artifact/tokenizer.json",
  "inference.py",
  "container/pyproject.toml",
  "container/wheel_backend.py",
  "requirements-container.txt",
];

const contentOf = (file: string) => `content of ${file}`;
const sha256 = (content: string) => createHash("sha256").update(content).digest("hex");

/** @returns A new folder laid out like the repository; the caller removes it. */
export function makeModelFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "serin-model-"));
  for (const file of FILES) write(folder, `model/${file}`, contentOf(file));
  const files = Object.fromEntries(
    ["model.onnx", "tokenizer.json"].map((name) => [name, sha256(contentOf(`artifact/${name}`))]),
  );
  const metrics = { "test/words": { macro_f1: 0.5, accuracy: 0.6 } };
  write(folder, "model/artifact/model.json", JSON.stringify({ files, metrics }));
  return folder;
}

/** Writes a file below a folder, with the folders that it needs. */
export function write(folder: string, name: string, content: string): void {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}
