// A folder with the files that make up a model, as small as can be.
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const FILES = [
  "artifact/model.onnx",
  "artifact/tokenizer.json",
  "artifact/model.json",
  "inference.py",
  "requirements-container.txt",
];

/** @returns A new folder laid out like the repository; the caller removes it. */
export function makeModelFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "serin-model-"));
  mkdirSync(path.join(folder, "model", "artifact"), { recursive: true });
  for (const file of FILES) writeFileSync(path.join(folder, "model", file), `content of ${file}`);
  return folder;
}
