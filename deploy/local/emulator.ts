// Starts the emulated AWS (deploy/local/emulator, Python) and waits until it answers.
import path from "node:path";
import { PYTHON } from "../python-env";
import { ROOT } from "../root";
import { Child, type ChildEvent } from "./child";
import { freePort } from "./ports";

interface EmulatorOptions {
  /** Folder for everything it writes; empty or absent. */
  readonly state: string;
  /** File for what it prints. */
  readonly log: string;
  readonly onEvent?: (event: ChildEvent) => void;
}

/** @throws UserError when it does not start. */
export async function startEmulator({ state, log, onEvent }: EmulatorOptions): Promise<{ url: string; child: Child }> {
  const port = String(await freePort());
  const child = new Child({
    command: PYTHON,
    args: ["-m", "emulator", "--port", port, "--state-dir", state, "--serving-path", path.join(ROOT, "model")],
    env: { ...process.env, PYTHONPATH: path.join(ROOT, "deploy", "local") },
    cwd: ROOT,
    log,
    ...(onEvent && { onEvent }),
  });
  const { url } = await child.waitFor("ready", "The emulated AWS");
  return { url: String(url), child };
}
