// What is live on a stage, as AWS says; and whether that lets a deployment begin.
import {
  CloudFormationClient,
  type CloudFormationClientConfig,
  DescribeStacksCommand,
  type Stack,
} from "@aws-sdk/client-cloudformation";
import {
  ApplicationDoesNotExistException,
  CodeDeployClient,
  DeploymentGroupDoesNotExistException,
  ListDeploymentsCommand,
} from "@aws-sdk/client-codedeploy";
import {
  type AliasConfiguration,
  GetAliasCommand,
  LambdaClient,
  ResourceNotFoundException,
} from "@aws-sdk/client-lambda";
import { DeployError, messageOf } from "./osls";

/** The alias that the API calls. */
export const ALIAS = "live";

export interface LiveRelease {
  /** The version that the alias points at; undefined before the first deployment. */
  readonly version: string | undefined;
  /** Whether the stack is not what was deployed last: that failed, or was taken back. */
  readonly isWithdrawn: boolean;
}

interface Place {
  readonly stage: string;
  readonly stackName: string;
  readonly aws: Pick<CloudFormationClientConfig, "region" | "credentials">;
}

/**
 * Asks AWS what is live.
 * @throws DeployError when AWS does not say, when another deployment is under way, when the stack's state allows none, or when the alias is not where the stack has it.
 */
export async function readLiveRelease(place: Place): Promise<LiveRelease> {
  const stack = await describeStack(place);
  checkStackIsAtRest(stack, place);
  checkStackIsUpdatable(stack, place);
  if (stack) await checkNoDeployment(place);
  const alias = await getAlias(place);
  checkNotMoved(stack, alias, place);
  return { version: alias?.FunctionVersion, isWithdrawn: stack !== undefined && isWithdrawn(stack) };
}

async function describeStack({ stackName, aws }: Place): Promise<Stack | undefined> {
  try {
    const { Stacks } = await new CloudFormationClient(aws).send(new DescribeStacksCommand({ StackName: stackName }));
    return Stacks?.[0];
  } catch (error) {
    if (error instanceof Error && error.message.includes("does not exist")) return undefined;
    throw unknown("cloudformation:DescribeStacks", error);
  }
}

function checkStackIsAtRest(stack: Stack | undefined, { stage, stackName }: Place): void {
  const { StackStatus: status = "" } = stack ?? {};
  if (!status.endsWith("_IN_PROGRESS")) return;
  const stop = status === "UPDATE_IN_PROGRESS" ? `, or stop it: ${rollback(stage)}` : "";
  throw new DeployError(
    `Another deployment is running: stack ${stackName} is ${status}. Nothing was changed. ` +
      `Wait until it has ended (${releases(stage)} shows it)${stop}`,
  );
}

/** CloudFormation's own refusal says neither what is wrong nor what to do. */
function checkStackIsUpdatable(stack: Stack | undefined, { stage, stackName, aws }: Place): void {
  const { StackStatus: status = "", StackStatusReason: why = "no reason is given" } = stack ?? {};
  if (stack === undefined || /^(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT|IMPORT_ROLLBACK)_COMPLETE$/.test(status)) return;
  const region = typeof aws.region === "string" ? ` --region ${aws.region}` : "";
  const remedy =
    status === "UPDATE_ROLLBACK_FAILED"
      ? `Mend what its events name (\`aws cloudformation describe-stack-events --stack-name ${stackName}${region}\`), then ` +
        `\`aws cloudformation continue-update-rollback --stack-name ${stackName}${region}\`, and deploy again`
      : `It never came up, or is half removed: \`npx sls remove --stage ${stage}${region}\`, then deploy again`;
  throw new DeployError(`Stack ${stackName} is ${status} and takes no update (${why}). Nothing was changed. ${remedy}`);
}

async function checkNoDeployment({ stage, stackName, aws }: Place): Promise<void> {
  const [running] = await runningDeployments(stackName, new CodeDeployClient(aws));
  if (running === undefined) return;
  throw new DeployError(
    `Another release is running: deployment ${running} of CodeDeploy still shifts traffic. Nothing was changed. ` +
      `Wait until it has ended (${releases(stage)} shows it), or stop it: ${rollback(stage)}`,
  );
}

const releases = (stage: string): string => `\`npm run releases -- --stage ${stage}\``;
const rollback = (stage: string): string => `\`npm run rollback -- --stage ${stage}\``;

async function runningDeployments(stackName: string, codeDeploy: CodeDeployClient): Promise<readonly string[]> {
  try {
    const { deployments = [] } = await codeDeploy.send(
      new ListDeploymentsCommand({
        applicationName: stackName,
        deploymentGroupName: `${stackName}-PredictLambdaFunctionDeploymentGroup`,
        includeOnlyStatuses: ["Created", "Queued", "InProgress", "Baking", "Ready"],
      }),
    );
    return deployments;
  } catch (error) {
    if (error instanceof ApplicationDoesNotExistException) return [];
    if (error instanceof DeploymentGroupDoesNotExistException) return [];
    throw unknown("codedeploy:ListDeployments", error);
  }
}

async function getAlias({ stackName, aws }: Place): Promise<AliasConfiguration | undefined> {
  try {
    return await new LambdaClient(aws).send(new GetAliasCommand({ FunctionName: functionOf(stackName), Name: ALIAS }));
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw unknown("lambda:GetAlias", error);
  }
}

function unknown(right: string, error: unknown): DeployError {
  return new DeployError(
    `Cannot find out which version is live (${messageOf(error)}). Nothing was changed. ` +
      `Deploy again with network and with credentials that allow ${right}: without it a release would be compared with nothing.`,
  );
}

/** The stack's output is the truth: only releases move the alias. */
function checkNotMoved(stack: Stack | undefined, alias: AliasConfiguration | undefined, place: Place): void {
  const expected = stack?.Outputs?.find(({ OutputKey }) => OutputKey === "LiveVersion")?.OutputValue;
  if (expected === undefined) return;
  const weights = Object.entries(alias?.RoutingConfig?.AdditionalVersionWeights ?? {});
  if (alias?.FunctionVersion === expected && weights.length === 0) return;
  const shares = weights.map(([version, weight]) => ` and with ${100 * weight} % at version ${version}`).join("");
  const where = alias ? `points at version ${String(alias.FunctionVersion)}${shares}` : "is gone";
  throw new DeployError(
    `The alias ${ALIAS} ${where}, but the last release left it at version ${expected}: it was changed by hand. Nothing was changed now. ` +
      `Put it back, then deploy: \`${repair(expected, alias !== undefined, place)}\``,
  );
}

function repair(version: string, exists: boolean, { stackName, aws }: Place): string {
  const target = `--function-name ${functionOf(stackName)} --name ${ALIAS} --function-version ${version}`;
  const region = typeof aws.region === "string" ? ` --region ${aws.region}` : "";
  return exists
    ? `aws lambda update-alias ${target} --routing-config AdditionalVersionWeights={}${region}`
    : `aws lambda create-alias ${target}${region}`;
}

function isWithdrawn({ StackStatus, Parameters = [] }: Stack): boolean {
  const liveVersion = Parameters.find(({ ParameterKey }) => ParameterKey === "LiveVersion")?.ParameterValue;
  return StackStatus === "UPDATE_ROLLBACK_COMPLETE" || (liveVersion !== undefined && liveVersion !== "none");
}

const functionOf = (stackName: string): string => `${stackName}-predict`;
