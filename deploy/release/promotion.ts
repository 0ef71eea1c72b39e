// Makes a registered model version the active one: a deployment like any other, so with canary and rollback.
import { UserError } from "../local/user-error";
import { type Deployment, listDeployments } from "./deployments";
import type { Interruption } from "./interruption";
import { metricsBeside } from "./metrics-table";
import { checkArchives, type Registry, readRegistry } from "./models";
import { readRecords } from "./records";
import { confirm } from "./release-command";
import { slsDeploy } from "./sls-deploy";
import { checkUpdatable, readStack } from "./stack";
import type { Stage } from "./stage";

/** @returns The exit code. @throws UserError that says why the model cannot be promoted, or was not. */
export async function promote(
  stage: Stage,
  version: string,
  ask: boolean,
  interruption: Interruption,
): Promise<number> {
  const registry = await readRegistry(stage);
  if (registry.active === version) return say(`Model ${version} is active in stage ${stage.name} already.`);
  await checkPromotable(stage, registry, version);
  console.log(metricsBeside(registry, version));
  const question = `Release model ${version} in stage ${stage.name}?`;
  if (ask && !(await confirm(question, interruption.signal))) return say("Nothing was changed.", 1);
  return release(stage, version, interruption);
}

function say(text: string, code = 0): number {
  console.log(text);
  return code;
}

async function checkPromotable(stage: Stage, { models }: Registry, version: string): Promise<void> {
  const stack = await readStack(stage);
  const model = models.get(version);
  if (model === undefined)
    throw new UserError(
      `Model ${version} is not registered in stage ${stage.name}; registered are: ${[...models.keys()].join(", ") || "none"}. \`${stage.deployCommand}\` registers the one in the working tree.`,
    );
  await checkNothingRuns(stage);
  checkUpdatable(stack, stage);
  await checkArchives(stage, stack, model);
}

/** @throws UserError when a release still runs. */
export async function checkNothingRuns(stage: Stage): Promise<void> {
  const [newest] = await listDeployments(stage, 1);
  if (newest?.outcome !== "running") return;
  throw new UserError(
    `The release of version ${newest.to} still runs (deployment ${newest.id}). Wait until it has ended, or stop it with \`npm run rollback -- ${stage.flags}\`.`,
  );
}

async function release(stage: Stage, version: string, interruption: Interruption): Promise<number> {
  const [before] = await listDeployments(stage, 1);
  try {
    await slsDeploy(stage, { modelVersion: version }, interruption);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [newest] = await listDeployments(stage, 1);
    if (newest === undefined || newest.id === before?.id || newest.outcome !== "rolled back") throw error;
    throw new UserError(await rolledBack(stage, version, newest));
  }
  return say(`Promoted: model ${version} is active in stage ${stage.name}.`);
}

async function rolledBack(stage: Stage, model: string, { id, from, to, reason }: Deployment): Promise<string> {
  const finding = (await readRecords(stage)).findings.get(id);
  return [
    `Rolled back: version ${from} has all traffic again, model ${model} (version ${to}) is not active.`,
    ...(finding?.outcome === "Failed" ? finding.reasons : [reason]).map((why) => `  ${why}`),
    `Deployment ${id}; see runbooks/canary-rolled-back.md.`,
  ].join("\n");
}
