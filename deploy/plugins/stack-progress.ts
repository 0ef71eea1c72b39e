// How far CloudFormation is with a stack, and the release with its traffic, in one line.
import {
  CloudFormationClient,
  type CloudFormationClientConfig,
  paginateListStackResources,
  type StackResourceSummary,
} from "@aws-sdk/client-cloudformation";
import { GetAliasCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { ALIAS } from "./live-release";

/** The resource whose update is the release: CodeDeploy shifts the traffic meanwhile. */
const ALIAS_RESOURCE = "PredictLambdaFunctionAliaslive";
/** More names do not fit into one line. */
const MAX_NAMES = 2;

interface Watched {
  readonly stackName: string;
  readonly aws: Pick<CloudFormationClientConfig, "region" | "credentials">;
  /** How many resources a first deployment makes. */
  readonly expected: number;
}

/** A step of a deployment; `phase` changes when something else begins. */
export interface Step {
  readonly phase: "rollback" | "release" | "stack";
  readonly text: string;
}

export class StackProgress {
  private readonly cloudFormation: CloudFormationClient;
  private readonly lambda: LambdaClient;
  private before: readonly StackResourceSummary[] | undefined;

  constructor(private readonly watched: Watched) {
    this.cloudFormation = new CloudFormationClient(watched.aws);
    this.lambda = new LambdaClient(watched.aws);
  }

  /** Looks once; the first look is what later ones are compared with. */
  async look(): Promise<Step> {
    const resources = await this.resources();
    this.before ??= resources;
    const busy = resources.filter(({ ResourceStatus = "" }) => ResourceStatus.endsWith("_IN_PROGRESS"));
    if (resources.some(({ ResourceStatus = "" }) => /^(CREATE|UPDATE)_FAILED$/.test(ResourceStatus)))
      return { phase: "rollback", text: `CloudFormation: rolling back${waitingFor(busy)}` };
    const isShifting = busy.some(
      ({ LogicalResourceId, ResourceStatus }) =>
        LogicalResourceId === ALIAS_RESOURCE && ResourceStatus === "UPDATE_IN_PROGRESS",
    );
    const release = this.isFirst ? undefined : await this.release(isShifting);
    if (release !== undefined) return { phase: "release", text: release };
    return { phase: "stack", text: `CloudFormation: ${this.count(resources)}${waitingFor(busy)}` };
  }

  private async resources(): Promise<readonly StackResourceSummary[]> {
    const found: StackResourceSummary[] = [];
    const pages = paginateListStackResources({ client: this.cloudFormation }, { StackName: this.watched.stackName });
    for await (const { StackResourceSummaries = [] } of pages) found.push(...StackResourceSummaries);
    return found;
  }

  private get isFirst(): boolean {
    return this.before?.some(({ LogicalResourceId }) => LogicalResourceId === ALIAS_RESOURCE) !== true;
  }

  private count(resources: readonly StackResourceSummary[]): string {
    const done = resources.filter(({ ResourceStatus = "" }) => /^(CREATE|UPDATE)_COMPLETE$/.test(ResourceStatus));
    if (this.isFirst) return `${done.length} of ${Math.max(this.watched.expected, resources.length)} resources`;
    const known = new Map(this.before?.map((resource) => [resource.LogicalResourceId, stamp(resource)]));
    const changed = done.filter((resource) => known.get(resource.LogicalResourceId) !== stamp(resource));
    return `${changed.length} resources changed`; // in advance CloudFormation does not say how many will
  }

  /** @returns undefined while the traffic stays where it is. */
  private async release(isShifting: boolean): Promise<string | undefined> {
    const functionName = `${this.watched.stackName}-predict`;
    const alias = await this.lambda.send(new GetAliasCommand({ FunctionName: functionName, Name: ALIAS }));
    const [canary] = Object.entries(alias.RoutingConfig?.AdditionalVersionWeights ?? {});
    if (canary !== undefined)
      return `Release: version ${canary[0]} has ${Math.round(100 * canary[1])} % of the traffic, for 15 minutes`;
    if (!isShifting) return undefined;
    return `Release: version ${String(alias.FunctionVersion)} has all traffic; the new one is compared with it, or takes over`;
  }
}

function stamp({ LastUpdatedTimestamp, PhysicalResourceId }: StackResourceSummary): string {
  return `${String(LastUpdatedTimestamp?.getTime())} ${String(PhysicalResourceId)}`;
}

function waitingFor(busy: readonly StackResourceSummary[]): string {
  const names = busy.map(({ LogicalResourceId = "" }) => LogicalResourceId);
  if (names.length === 0) return "";
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : "";
  return `; waiting for ${names.slice(0, MAX_NAMES).join(", ")}${more}`;
}
