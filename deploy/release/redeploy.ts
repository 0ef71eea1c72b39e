// Puts a version that was live before behind the alias again: one update of the stack, with its own template.
import { randomUUID } from "node:crypto";
import { paginateDescribeStackEvents, UpdateStackCommand } from "@aws-sdk/client-cloudformation";
import { UserError } from "../local/user-error";
import type { Interruption } from "./interruption";
import { runSteps } from "./release-command";
import { checkUpdatable, isSettled, readStack, type Stack, settledStack } from "./stack";
import type { Stage } from "./stage";
import { answersWith, readLive, type Version } from "./versions";
import { waitUntil } from "./wait";

interface Update {
  /** Told to CloudFormation, so that the events of this update can be told from others. */
  readonly token: string;
}

/**
 * Shows its steps.
 * @param previousModel - For the parameter store: the model that was active before the target's.
 * @throws UserError with CloudFormation's reason when the update fails; the stack is then as it was before.
 */
export async function redeploy(
  stage: Stage,
  stack: Stack,
  target: Version,
  previousModel: string,
  interruption: Interruption,
): Promise<void> {
  const { signal } = interruption;
  const update = { token: randomUUID() };
  await runSteps(update, [
    {
      title: `Update stack ${stack.name}`,
      task: async () => {
        signal.throwIfAborted();
        await startUpdate(stage, stack, parametersOf(target, previousModel), update);
        interruption.goesOn = `CloudFormation goes on without this command; \`npm run releases -- ${stage.flags}\` shows what is live.`;
      },
    },
    {
      title: `All traffic on version ${target.version}`,
      task: (_, task) => {
        const look = async () => ({ live: await readLive(stage), stack: await readStack(stage) });
        return waitUntil(stage, signal, look, (seen) => {
          task.output = seen.stack.status;
          return answersWith(seen.live, target.version) || isSettled(seen.stack);
        });
      },
    },
    {
      title: "Stack updated",
      task: async (_, task) => {
        const settled = await settledStack(stage, signal, (status) => {
          task.output = status;
        });
        await checkOutcome(stage, settled, target, update);
      },
    },
  ]);
}

/** What this changes of the stack's parameters. */
function parametersOf(target: Version, previousModel: string): ReadonlyMap<string, string> {
  return new Map([
    ["LiveVersion", target.version],
    ["LiveModel", target.model],
    ["LivePreviousModel", previousModel],
    ["Release", "immediate"],
  ]);
}

async function startUpdate(
  { aws }: Stage,
  stack: Stack,
  own: ReadonlyMap<string, string>,
  { token }: Update,
): Promise<void> {
  try {
    await aws.cloudFormation.send(
      new UpdateStackCommand({
        StackName: stack.name,
        UsePreviousTemplate: true,
        Capabilities: ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
        ClientRequestToken: token,
        Parameters: stack.parameterNames.map((ParameterKey) => {
          const ParameterValue = own.get(ParameterKey);
          return ParameterValue === undefined
            ? { ParameterKey, UsePreviousValue: true }
            : { ParameterKey, ParameterValue };
        }),
      }),
    );
  } catch (error) {
    const refusal = String(error);
    if (refusal.includes("No updates are to be performed")) return; // somebody was faster, with the same target
    if (!/ state and can ?not be updated/.test(refusal)) throw error;
    throw new UserError(
      `Somebody else began to change stack ${stack.name} just now; wait until it has ended and run this again.`,
    );
  }
}

async function checkOutcome(stage: Stage, stack: Stack, { version }: Version, update: Update): Promise<void> {
  const live = await readLive(stage);
  if (answersWith(live, version) && stack.status.startsWith("UPDATE_COMPLETE")) return;
  const reason = await firstFailure(stage, stack, update);
  checkUpdatable(stack, stage); // says more of a stack that is stuck
  throw new UserError(`The rollback failed, and version ${live.version} is live as before: ${reason}`);
}

/** What failed first, which is the cause of what failed after it. */
async function firstFailure({ aws }: Stage, stack: Stack, { token }: Update): Promise<string> {
  let reason = stack.statusReason ?? stack.status;
  const pages = paginateDescribeStackEvents({ client: aws.cloudFormation }, { StackName: stack.name });
  for await (const { StackEvents = [] } of pages) {
    const own = StackEvents.filter(({ ClientRequestToken }) => ClientRequestToken === token);
    for (const { ResourceStatus, LogicalResourceId, ResourceStatusReason } of own)
      if (ResourceStatus?.endsWith("_FAILED") === true)
        reason = [LogicalResourceId, ResourceStatusReason ?? ResourceStatus].filter(Boolean).join(": ");
    if (own.length < StackEvents.length) break; // older than this update
  }
  return reason;
}
