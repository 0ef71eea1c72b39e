// An alias's traffic, moved with the Lambda API as CodeDeploy does, and the functions that CodeDeploy runs meanwhile.
import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  type LambdaClient,
  UpdateAliasCommand,
} from "@aws-sdk/client-lambda";
import type { AliasShift } from "./app-spec";

/** @returns The version to which the alias gives all its traffic; undefined when it divides it. */
export async function versionOf(
  lambda: LambdaClient,
  { functionName, alias }: AliasShift,
): Promise<string | undefined> {
  const { FunctionVersion, RoutingConfig } = await lambda.send(
    new GetAliasCommand({ FunctionName: functionName, Name: alias }),
  );
  const others = Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {});
  return others.length === 0 ? FunctionVersion : undefined;
}

/** @param canaryWeight - The canary's share of the traffic, 0 to 1. */
export async function route(lambda: LambdaClient, shift: AliasShift, canaryWeight: number): Promise<void> {
  const isDivided = canaryWeight > 0 && canaryWeight < 1;
  await lambda.send(
    new UpdateAliasCommand({
      FunctionName: shift.functionName,
      Name: shift.alias,
      FunctionVersion: canaryWeight === 1 ? shift.canary : shift.stable,
      RoutingConfig: { AdditionalVersionWeights: isDivided ? { [shift.canary]: canaryWeight } : {} },
    }),
  );
}

/** Starts a lifecycle hook; it answers by PutLifecycleEventHookExecutionStatus. */
export async function startHook(
  lambda: LambdaClient,
  FunctionName: string,
  ids: { readonly DeploymentId: string; readonly LifecycleEventHookExecutionId: string },
): Promise<void> {
  await lambda.send(new InvokeCommand({ FunctionName, InvocationType: "Event", Payload: JSON.stringify(ids) }));
}

/** How long a run of the function may take, in milliseconds; Lambda ends it then. */
export async function timeoutOf(lambda: LambdaClient, FunctionName: string): Promise<number> {
  const { Timeout = 0 } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  return Timeout * 1000;
}
