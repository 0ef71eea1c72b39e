// The model as SageMaker takes it: a deterministic model.tar.gz, and the version that its bytes have.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { create } from "tar";

/** Path in the archive -> path from the repository's root (the layout that SageMaker's script mode expects). */
const CONTENT: Readonly<Record<string, string>> = {
  "model.onnx": "model/artifact/model.onnx",
  "tokenizer.json": "model/artifact/tokenizer.json",
  "model.json": "model/artifact/model.json",
  "code/inference.py": "model/inference.py",
  "code/requirements.txt": "model/requirements-container.txt",
};

/**
 * The version of the model in the working tree: the first 12 hex digits of a SHA-256 over the names and bytes of what is packed.
 * @param root - The repository's root.
 * @throws Error that names the file which is missing.
 */
export function modelVersion(root: string): string {
  const hash = createHash("sha256");
  for (const [name, source] of Object.entries(CONTENT)) {
    hash.update(`${name}\0`).update(createHash("sha256").update(read(root, source)).digest());
  }
  return hash.digest("hex").slice(0, 12);
}

function read(root: string, source: string): Buffer {
  const file = path.join(root, source);
  if (!existsSync(file)) throw new Error(`${source} is missing; train a model with \`npm run model:train\``);
  return readFileSync(file);
}

/**
 * Writes model.tar.gz. The same files give the same bytes: fixed order, times, owner and modes.
 * @param root - The repository's root.
 * @param target - The file to write.
 */
export async function packModel(root: string, target: string): Promise<void> {
  await create(
    {
      cwd: root,
      file: target,
      gzip: { level: 9, portable: true },
      portable: true,
      mtime: new Date(0),
      onWriteEntry: (entry) => {
        const name = Object.keys(CONTENT).find((key) => CONTENT[key] === entry.path);
        if (name !== undefined) entry.path = name;
        if (entry.stat) entry.stat.mode = 0o644;
      },
    },
    Object.values(CONTENT),
  );
}
