// How a deployment configuration routes traffic, told from the name of AWS's predefined ones.
// https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations-lambda.html
import { CodeDeployError } from "./error";

/** The first part of the traffic, and how long it bakes before the rest follows. */
export interface Routing {
  /** 0 to 1. */
  readonly canaryWeight: number;
  readonly bakeMinutes: number;
}

const CANARY = /^CodeDeployDefault\.LambdaCanary(10)Percent(5|10|15|30)Minutes$/;

/** @throws CodeDeployError DeploymentConfigDoesNotExistException, also for linear ones, which nothing here needs. */
export function routingOf(configName: string): Routing {
  if (configName === "CodeDeployDefault.LambdaAllAtOnce") return { canaryWeight: 1, bakeMinutes: 0 };
  const [, percent, minutes] = CANARY.exec(configName) ?? [];
  if (percent !== undefined) return { canaryWeight: Number(percent) / 100, bakeMinutes: Number(minutes) };
  throw new CodeDeployError(
    "DeploymentConfigDoesNotExistException",
    `No Deployment Configuration found for name: ${configName}`,
  );
}
