// The way around the canary for a fix that cannot wait: allowed to whoever says why, and written down before it starts.
import { UserError } from "../local/user-error";
import type { Interruption } from "./interruption";
import { checkNothingRuns } from "./promotion";
import { type ByHand, causeOf, record, recordOrWarn, whoAmI } from "./records";
import { confirm } from "./release-command";
import { slsDeploy } from "./sls-deploy";
import { checkUpdatable, readStack, type Stack } from "./stack";
import type { Stage } from "./stage";
import { readLive } from "./versions";

const MIN_REASON = 10; // characters: enough that "fix" or "asap" will not do

/** @returns The exit code. @throws UserError when it may not start, or when it failed. */
export async function releaseAtOnce(
  stage: Stage,
  why: string,
  ask: boolean,
  interruption: Interruption,
): Promise<number> {
  if (why.trim().length < MIN_REASON)
    throw new UserError(
      `--reason must say why the canary cannot be waited for, in at least ${MIN_REASON} characters: it is recorded.`,
    );
  const stack = await readStack(stage);
  await checkNothingRuns(stage);
  checkUpdatable(stack, stage);
  const question = `Send all traffic of stage ${stage.name} to the code in the working tree at once, unchecked?`;
  if (ask && !(await confirm(question, interruption.signal))) return say("Nothing was changed.", 1);
  return deploy(stage, stack, await announced(stage, stack, why.trim()), interruption);
}

function say(text: string, code = 0): number {
  console.log(text);
  return code;
}

/** @throws UserError when it cannot be recorded: then nothing may be deployed so. */
async function announced(stage: Stage, stack: Stack, why: string): Promise<ByHand> {
  const { version: from } = await readLive(stage);
  try {
    const started: ByHand = {
      kind: "emergency",
      who: await whoAmI(stage),
      why,
      when: new Date().toISOString(),
      from,
      to: "new",
      outcome: "started",
    };
    await record(stage, stack, started);
    return started;
  } catch (error) {
    throw new UserError(`Nothing was deployed, because the record of it cannot be written: ${causeOf(error)}`);
  }
}

async function deploy(stage: Stage, stack: Stack, started: ByHand, interruption: Interruption): Promise<number> {
  try {
    await slsDeploy(stage, { release: "immediate" }, interruption);
  } catch (error) {
    if (!interruption.signal.aborted)
      // else how it ends is up to AWS
      await recordOrWarn(stage, stack, { ...started, outcome: "failed" });
    throw error;
  }
  const { version: to } = await readLive(stage);
  await recordOrWarn(stage, stack, { ...started, to, outcome: "done" });
  return say(
    `Version ${to} has all traffic, without a canary and on record. Watch its errors; \`npm run rollback -- ${stage.flags}\` brings version ${started.from} back.`,
  );
}
