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
  /** Where the CodeDeploy stand-in listens; without it there is no CodeDeploy. */
  readonly codeDeployUrl?: string;
  /** Where the functions find SageMaker Runtime in place of the emulated one. */
  readonly sageMakerRuntimeUrl?: string | undefined;
  readonly onEvent?: (event: ChildEvent) => void;
}

/** @throws UserError when it does not start. */
export async function startEmulator(options: EmulatorOptions): Promise<{ url: string; child: Child }> {
  const { state, log, codeDeployUrl, sageMakerRuntimeUrl, onEvent } = options;
  const port = String(await freePort());
  const folders = ["--state-dir", state, "--serving-path", path.join(ROOT, "model")];
  const services: string[] = [];
  if (codeDeployUrl !== undefined) services.push("--codedeploy-url", codeDeployUrl);
  if (sageMakerRuntimeUrl !== undefined) services.push("--sagemaker-runtime-url", sageMakerRuntimeUrl);
  const child = new Child({
    command: PYTHON,
    args: ["-m", "emulator", "--port", port, ...folders, ...services],
    env: { ...process.env, PYTHONPATH: path.join(ROOT, "deploy", "local") },
    cwd: ROOT,
    log,
    ...(onEvent && { onEvent }),
  });
  const { url } = await child.waitFor("ready", "The emulated AWS");
  return { url: String(url), child };
}
