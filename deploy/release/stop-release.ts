// Stops a release that still runs: CodeDeploy shifts the traffic back, and the stack rolls itself back.
import { BatchGetDeploymentsCommand, StopDeploymentCommand } from "@aws-sdk/client-codedeploy";
import { UserError } from "../local/user-error";
import { type Deployment, isRunning } from "./deployments";
import type { Interruption } from "./interruption";
import { runSteps } from "./release-command";
import { checkUpdatable, settledStack } from "./stack";
import { ALIAS, type Stage } from "./stage";
import { answersWith, readLive } from "./versions";
import { waitUntil } from "./wait";

/**
 * Shows its steps.
 * @throws UserError when the release was promoted before it could be stopped, or when the stack cannot roll back.
 */
export async function stopRelease(stage: Stage, release: Deployment, interruption: Interruption): Promise<void> {
  const { signal } = interruption;
  await runSteps({}, [
    {
      title: `Stop deployment ${release.id}`,
      task: async () => {
        signal.throwIfAborted();
        await stop(stage, release);
        interruption.goesOn = `CodeDeploy shifts the traffic back to version ${release.from} without this command; \`npm run releases -- ${stage.flags}\` shows it.`;
      },
    },
    {
      title: `All traffic on version ${release.from}`,
      task: (_, task) => {
        const look = async () => ({ live: await readLive(stage), ended: await hasEnded(stage, release) });
        return waitUntil(stage, signal, look, ({ live, ended }) => {
          task.output = `alias ${ALIAS}: ${describe(live)}`;
          if (ended && answersWith(live, release.to)) throw promotedFirst(release, stage);
          return ended && answersWith(live, release.from);
        });
      },
    },
    {
      title: "Stack rolled back",
      task: async (_, task) => {
        const stack = await settledStack(stage, signal, (status) => {
          task.output = status;
        });
        checkUpdatable(stack, stage);
      },
    },
  ]);
}

async function stop({ aws }: Stage, { id }: Deployment): Promise<void> {
  try {
    await aws.codeDeploy.send(new StopDeploymentCommand({ deploymentId: id, autoRollbackEnabled: true }));
  } catch (error) {
    // What it ended as is seen in the next step.
    if (!(error instanceof Error && error.name === "DeploymentAlreadyCompletedException")) throw error;
  }
}

async function hasEnded({ aws }: Stage, { id }: Deployment): Promise<boolean> {
  const { deploymentsInfo } = await aws.codeDeploy.send(new BatchGetDeploymentsCommand({ deploymentIds: [id] }));
  return !isRunning(deploymentsInfo?.[0]?.status);
}

const promotedFirst = ({ id, to }: Deployment, { flags }: Stage) =>
  new UserError(
    `Deployment ${id} ended before it could be stopped: version ${to} has all traffic. Run \`npm run rollback -- ${flags}\` again, which now redeploys the version before it.`,
  );

/** @example describe({ version: "6", canary: { version: "7", weight: 0.1 } }) // "version 6 at 90 %, version 7 at 10 %" */
function describe({ version, canary }: Awaited<ReturnType<typeof readLive>>): string {
  if (canary === undefined) return `version ${version}`;
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  return `version ${version} at ${percent(1 - canary.weight)}, version ${canary.version} at ${percent(canary.weight)}`;
}
