// Runs `sls deploy` for a release command, on AWS or on the local target that runs.
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { slsEnvironment } from "../local/aws";
import { slsFailure, startSlsDeploy } from "../local/sls";
import { stateOf } from "../local/state";
import { createWorkspace } from "../local/workspace";
import { readLastParameters } from "../plugins/last-parameters";
import { ROOT } from "../root";
import type { Interruption } from "./interruption";
import { runSteps } from "./release-command";
import type { Stage } from "./stage";

/**
 * Shows osls' progress. What the stage was given last is given again: only what this release is about changes.
 * @param params - Values for osls' `--param`.
 * @throws UserError with osls' reason when the deployment fails, so also when the release was rolled back.
 */
export async function slsDeploy(
  stage: Stage,
  params: Readonly<Record<string, string>>,
  interruption: Interruption,
): Promise<void> {
  interruption.signal.throwIfAborted();
  interruption.goesOn = `What AWS had begun goes on without this command: \`npm run releases -- ${stage.flags}\` shows it, \`npm run rollback -- ${stage.flags}\` stops it.`;
  const given = await readLastParameters(stage.aws.ssm, stage.name);
  await runSteps({}, [
    {
      title: `sls deploy ${stage.flags}`,
      task: (_, task) =>
        runOsls(stage, { ...given, ...params }, interruption.signal, (line) => {
          if (process.stdout.isTTY) task.output = line; // one line that changes; all of them are in the log
        }),
    },
  ]);
}

async function runOsls(
  stage: Stage,
  params: Readonly<Record<string, string>>,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<void> {
  const { logs } = stateOf();
  mkdirSync(logs, { recursive: true });
  const log = path.join(logs, `release-${stage.name}.log`);
  const flags = ["--stage", stage.name, "--region", stage.region];
  const child = startSlsDeploy({ flags, params, ...surroundings(stage), log, onLine });
  const stop = () => void child.stop();
  signal.addEventListener("abort", stop, { once: true });
  const code = await child.exited.finally(() => signal.removeEventListener("abort", stop));
  signal.throwIfAborted();
  if (code !== 0) throw slsFailure(child, log);
}

/** The local target gets a view of the working tree for itself, as it is now. */
function surroundings({ awsUrl }: Stage): { readonly env: NodeJS.ProcessEnv; readonly cwd: string } {
  if (awsUrl === undefined) return { env: process.env, cwd: ROOT };
  const cwd = path.join(stateOf().directory, "release");
  rmSync(cwd, { recursive: true, force: true });
  mkdirSync(cwd, { recursive: true });
  createWorkspace(cwd);
  return { env: slsEnvironment(awsUrl), cwd };
}
