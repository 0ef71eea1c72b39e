// Makes a registered model version the active one: a deployment like any other, so with canary and rollback.
import { type Consent, checkConsent, checkModel } from "../governance/release-check";
import { UserError } from "../local/user-error";
import { checkArchives } from "./archives";
import { type Deployment, listDeployments } from "./deployments";
import type { Interruption } from "./interruption";
import { metricsBeside } from "./metrics-table";
import { type Model, type Registry, readRegistry } from "./models";
import { releaseOnRecord } from "./recorded-release";
import { readRecords } from "./records";
import { checkTerminal, confirm } from "./release-command";
import { slsDeploy } from "./sls-deploy";
import { checkUpdatable, readStack } from "./stack";
import type { Stage } from "./stage";

export interface Promotion extends Consent {
  readonly version: string;
  readonly ask: boolean;
}

/** @returns The exit code. @throws UserError that says why the model cannot be promoted, or was not. */
export async function promote(stage: Stage, promotion: Promotion, interruption: Interruption): Promise<number> {
  const { version, ask } = promotion;
  checkConsent(promotion);
  if (ask) checkTerminal();
  const registry = await readRegistry(stage);
  if (registry.active === version) return say(`Model ${version} is active in stage ${stage.name} already.`);
  const model = await promotable(stage, registry, version);
  console.log(metricsBeside(registry, version));
  const { text, onRecord } = await checkModel(stage, registry, model, promotion, interruption);
  console.log(text);
  const question = `Release model ${version} in stage ${stage.name}?`;
  if (ask && !(await confirm(question, interruption.signal))) return say("Nothing was changed.", 1);
  const deploy = () => release(stage, version, interruption);
  if (onRecord === undefined) await deploy();
  else await releaseOnRecord(stage, await readStack(stage), { kind: "promotion", why: onRecord }, interruption, deploy);
  return say(`Promoted: model ${version} is active in stage ${stage.name}.`);
}

function say(text: string, code = 0): number {
  console.log(text);
  return code;
}

async function promotable(stage: Stage, { models }: Registry, version: string): Promise<Model> {
  const stack = await readStack(stage);
  const model = models.get(version);
  if (model === undefined)
    throw new UserError(
      `Model ${version} is not registered in stage ${stage.name}; registered are: ${[...models.keys()].join(", ") || "none"}. \`${stage.deployCommand}\` registers the one in the working tree.`,
    );
  await checkNothingRuns(stage);
  checkUpdatable(stack, stage);
  await checkArchives(stage, stack, model);
  return model;
}

/** @throws UserError when a release still runs. */
export async function checkNothingRuns(stage: Stage): Promise<void> {
  const [newest] = await listDeployments(stage, 1);
  if (newest?.outcome !== "running") return;
  throw new UserError(
    `The release of version ${newest.to} still runs (deployment ${newest.id}). Wait until it has ended, or stop it with \`npm run rollback -- ${stage.flags}\`.`,
  );
}

async function release(stage: Stage, version: string, interruption: Interruption): Promise<void> {
  const [before] = await listDeployments(stage, 1);
  try {
    await slsDeploy(stage, { modelVersion: version }, interruption);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [newest] = await listDeployments(stage, 1);
    if (newest === undefined || newest.id === before?.id || newest.outcome !== "rolled back") throw error;
    throw new UserError(await rolledBack(stage, version, newest));
  }
}

async function rolledBack(stage: Stage, model: string, { id, from, to, reason }: Deployment): Promise<string> {
  const finding = (await readRecords(stage)).findings.get(id);
  return [
    `Rolled back: version ${from} has all traffic again, model ${model} (version ${to}) is not active.`,
    ...(finding?.outcome === "Failed" ? finding.reasons : [reason]).map((why) => `  ${why}`),
    `Deployment ${id}; see runbooks/canary-rolled-back.md.`,
  ].join("\n");
}
