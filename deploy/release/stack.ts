// The stack of a stage: what it holds, and whether its state lets a release begin.
import { type Stack as Described, DescribeStacksCommand, type Tag } from "@aws-sdk/client-cloudformation";
import { UserError } from "../local/user-error";
import type { Stage } from "./stage";
import { waitUntil } from "./wait";

export interface Stack {
  readonly name: string;
  readonly status: string;
  readonly statusReason: string | undefined;
  readonly parameterNames: readonly string[];
  readonly tags: readonly Tag[];
  readonly output: (name: string) => string;
}

/** @throws UserError when the stage was never deployed. */
export async function readStack(stage: Stage): Promise<Stack> {
  const name = stage.application;
  const described = await describe(stage, name);
  const outputs = new Map(described.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  return {
    name,
    status: described.StackStatus ?? "unknown",
    statusReason: described.StackStatusReason,
    parameterNames: (described.Parameters ?? [])
      .map(({ ParameterKey }) => ParameterKey)
      .filter((name) => name !== undefined),
    tags: described.Tags ?? [],
    output: (key) => {
      const value = outputs.get(key);
      if (value !== undefined) return value;
      throw new UserError(
        `Stack ${name} has no output ${key}: it is of an older Serin. Run \`${stage.deployCommand}\` first.`,
      );
    },
  };
}

async function describe(stage: Stage, name: string): Promise<Described> {
  try {
    const { Stacks } = await stage.aws.cloudFormation.send(new DescribeStacksCommand({ StackName: name }));
    if (Stacks?.[0]) return Stacks[0];
  } catch (error) {
    if (!String(error).includes("does not exist")) throw error;
  }
  throw new UserError(
    `Stage ${stage.name} is not deployed in ${stage.region}; run \`${stage.deployCommand}\`, or name its --region.`,
  );
}

/** States that CloudFormation leaves by itself within minutes, with the alias already where it will stay. */
const SETTLING = /^(UPDATE_COMPLETE_CLEANUP|UPDATE_ROLLBACK(_COMPLETE_CLEANUP)?)_IN_PROGRESS$/;

export const isSettling = ({ status }: Stack): boolean => SETTLING.test(status);

export const isSettled = ({ status }: Stack): boolean => !status.endsWith("_IN_PROGRESS");

/** The stack, once CloudFormation changes it no more. @param onStatus - Called with each state on the way. */
export function settledStack(stage: Stage, signal: AbortSignal, onStatus?: (status: string) => void): Promise<Stack> {
  return waitUntil(
    stage,
    signal,
    () => readStack(stage),
    (seen) => {
      onStatus?.(seen.status);
      return isSettled(seen);
    },
  );
}

/** @throws UserError that says what the stack's state asks for, when it lets nothing be updated. */
export function checkUpdatable({ name, status, statusReason }: Stack, stage: Stage): void {
  if (/^(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT|IMPORT_ROLLBACK)_COMPLETE$/.test(status)) return;
  const why = statusReason === undefined ? "" : ` (${statusReason})`;
  throw new UserError(`Stack ${name} is ${status}${why}. ${remedy(name, status, stage)}`);
}

function remedy(name: string, status: string, { region, flags, deployCommand }: Stage): string {
  const cli = (command: string) => `\`aws cloudformation ${command} --stack-name ${name} --region ${region}\``;
  if (status === "UPDATE_ROLLBACK_FAILED")
    return `It takes no update before ${cli("continue-update-rollback")} has ended; its events say what failed: ${cli("describe-stack-events")}.`;
  if (status === "UPDATE_IN_PROGRESS")
    return `Wait until it has ended, or end it with ${cli("cancel-update-stack")}: the version that is live stays live.`;
  if (status.endsWith("_IN_PROGRESS")) return "Wait until it has ended, and run this again.";
  return `It never came up: \`npx sls remove ${flags}\`, then \`${deployCommand}\`.`;
}
