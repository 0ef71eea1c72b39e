// What became of a stage whose deployment failed: CloudFormation puts everything back, which osls does not wait for.

import { setTimeout } from "node:timers/promises";
import {
  CloudFormationClient,
  type CloudFormationClientConfig,
  DescribeStacksCommand,
  type Stack,
} from "@aws-sdk/client-cloudformation";
import { stageFlags } from "../stage-region";

interface Place {
  readonly stage: string;
  readonly region: string;
  readonly stackName: string;
  readonly aws: Pick<CloudFormationClientConfig, "region" | "credentials">;
}

/** Waits until the stack has settled, and adds to what osls will show: what is live, and what to do. */
export async function explainFailure(error: unknown, place: Place): Promise<void> {
  if (!(error instanceof Error)) return;
  const shown: unknown = Reflect.get(error, "decoratedMessage");
  const reason = typeof shown === "string" ? shown : error.message;
  const stack = await settled(place).catch(() => undefined); // the reason counts more than what we fail to add
  Reflect.set(error, "decoratedMessage", `${reason}\n\n${outcome(stack, place)}`);
}

async function settled({ stackName, aws }: Place): Promise<Stack | undefined> {
  const cloudFormation = new CloudFormationClient(aws);
  const pause = Number(process.env["SLS_AWS_MONITORING_FREQUENCY"] ?? 5_000);
  for (;;) {
    const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }));
    const stack = Stacks?.[0];
    if (!/_IN_PROGRESS$/.test(stack?.StackStatus ?? "")) return stack;
    await setTimeout(pause);
  }
}

function outcome(stack: Stack | undefined, { stage, region, stackName }: Place): string {
  const flags = stageFlags(stage, region);
  const status = stack?.StackStatus ?? "";
  const live = stack?.Outputs?.find(({ OutputKey }) => OutputKey === "LiveVersion")?.OutputValue;
  const again = `mend the cause and run \`npx sls deploy ${flags}\` again`;
  if (status === "UPDATE_ROLLBACK_COMPLETE" && live !== undefined)
    return `Everything was put back: version ${live} answers as before. What to do: ${again}; \`npm run releases -- ${flags}\` has the findings.`;
  if (status === "UPDATE_ROLLBACK_COMPLETE")
    return `Everything was put back: of this first deployment only the deployment bucket is left. What to do: ${again}.`;
  return `Stack ${stackName} is ${status || "in an unknown state"}. What to do: ${again}, which says more if the stack cannot be updated.`;
}
