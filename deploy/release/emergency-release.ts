// The way around the canary for a fix that cannot wait: allowed to whoever says why, and written down before it starts.
import type { Interruption } from "./interruption";
import { checkNothingRuns } from "./promotion";
import { checkReason, releaseOnRecord } from "./recorded-release";
import { confirm } from "./release-command";
import { slsDeploy } from "./sls-deploy";
import { checkUpdatable, readStack } from "./stack";
import type { Stage } from "./stage";

/** @returns The exit code. @throws UserError when it may not start, or when it failed. */
export async function releaseAtOnce(
  stage: Stage,
  why: string,
  ask: boolean,
  interruption: Interruption,
): Promise<number> {
  checkReason("--reason", why, "why the canary cannot be waited for");
  const stack = await readStack(stage);
  await checkNothingRuns(stage);
  checkUpdatable(stack, stage);
  const question = `Send all traffic of stage ${stage.name} to the code in the working tree at once, unchecked?`;
  if (ask && !(await confirm(question, interruption.signal))) return say("Nothing was changed.", 1);
  const deploy = () => slsDeploy(stage, { release: "immediate" }, interruption);
  const { from, to } = await releaseOnRecord(stage, stack, { kind: "emergency", why }, interruption, deploy);
  return say(
    `Version ${to} has all traffic, without a canary and on record. Watch its errors; \`npm run rollback -- ${stage.flags}\` brings version ${from} back.`,
  );
}

function say(text: string, code = 0): number {
  console.log(text);
  return code;
}
