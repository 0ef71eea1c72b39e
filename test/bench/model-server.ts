// The real model server with the artifact of the working tree, for the benches.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Child } from "../../deploy/local/child";
import { PYTHON } from "../../deploy/python-env";

/** A running model server. */
export interface ModelServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** @param root - The repository. */
export async function startModel(root: string): Promise<ModelServer> {
  const folder = mkdtempSync(path.join(tmpdir(), "serin-bench-model-"));
  const child = new Child({
    command: PYTHON,
    args: ["-m", "serving", "--model-dir", path.join(root, "model", "artifact"), "--port", "0", "--exit-with-parent"],
    env: { ...process.env, PYTHONPATH: path.join(root, "model") },
    cwd: root,
    log: path.join(folder, "model-server.log"),
  });
  const { url } = await child.waitFor("ready", "The model server");
  return {
    url: String(url),
    stop: async () => {
      await child.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
