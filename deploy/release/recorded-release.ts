// A release past a check, by whoever says why: written down before it starts and when it has ended.
import { UserError } from "../local/user-error";
import type { Interruption } from "./interruption";
import { type ByHand, causeOf, record, recordOrWarn, whoAmI } from "./records";
import type { Stack } from "./stack";
import type { Stage } from "./stage";
import { readLive } from "./versions";

const MIN_REASON = 10; // characters: enough that "fix" or "asap" will not do

/**
 * @param option - The option that gave the reason.
 * @param asks - What the reason must say, as in `why the canary cannot be waited for`.
 * @throws UserError when it says too little.
 */
export function checkReason(option: string, reason: string, asks: string): void {
  if (reason.trim().length >= MIN_REASON) return;
  throw new UserError(`${option} must say ${asks}, in at least ${MIN_REASON} characters: it is recorded.`);
}

/**
 * Records, runs the release, and records how it ended.
 * @returns The function's live versions before and after.
 * @throws UserError when it cannot be recorded: then nothing may be deployed so.
 */
export async function releaseOnRecord(
  stage: Stage,
  stack: Stack,
  { kind, why }: Pick<ByHand, "kind" | "why">,
  interruption: Interruption,
  release: () => Promise<void>,
): Promise<Pick<ByHand, "from" | "to">> {
  const started = await announced(stage, stack, kind, why.trim());
  try {
    await release();
  } catch (error) {
    if (!interruption.signal.aborted)
      // else how it ends is up to AWS
      await recordOrWarn(stage, stack, { ...started, outcome: "failed" });
    throw error;
  }
  const { version: to } = await readLive(stage);
  await recordOrWarn(stage, stack, { ...started, to, outcome: "done" });
  return { from: started.from, to };
}

async function announced(stage: Stage, stack: Stack, kind: ByHand["kind"], why: string): Promise<ByHand> {
  const { version: from } = await readLive(stage);
  try {
    const who = await whoAmI(stage);
    const started: ByHand = { kind, who, why, when: new Date().toISOString(), from, to: "new", outcome: "started" };
    await record(stage, stack, started);
    return started;
  } catch (error) {
    throw new UserError(`Nothing was deployed, because the record of it cannot be written: ${causeOf(error)}`);
  }
}
