// The history of releases as CodeDeploy tells it.
import {
  BatchGetDeploymentsCommand,
  type DeploymentInfo,
  GetApplicationRevisionCommand,
  paginateListDeployments,
  type RevisionLocation,
} from "@aws-sdk/client-codedeploy";
import { isMissing } from "./aws-error";
import type { Stage } from "./stage";

export type Outcome = "running" | "promoted" | "rolled back";

/** One shift of the alias `from` a version `to` another; an attempt, when its outcome is that it was rolled back. */
export interface Deployment {
  readonly id: string;
  readonly startedAt: Date;
  readonly endedAt: Date | undefined;
  readonly from: string;
  readonly to: string;
  readonly outcome: Outcome;
  /** What CodeDeploy says of its end; empty when it was promoted. */
  readonly reason: string;
  /** Names of the alarms that ended it. */
  readonly alarms: readonly string[];
}

const BATCH = 25; // what BatchGetDeployments takes at once

/**
 * The newest deployments, newest first. Those that CodeDeploy starts itself to shift back are left out: they belong to
 * the deployment that failed.
 */
export async function listDeployments(stage: Stage, limit: number): Promise<readonly Deployment[]> {
  const infos = (await describe(stage, await listIds(stage)))
    .filter(({ creator }) => creator !== "codeDeployRollback")
    .sort((one, other) => startOf(other).getTime() - startOf(one).getTime());
  const deployments = await Promise.all(infos.slice(0, limit).map((info) => toDeployment(stage, info)));
  return deployments.filter((deployment) => deployment !== undefined);
}

async function listIds({ aws, application, deploymentGroup }: Stage): Promise<readonly string[]> {
  const ids: string[] = [];
  const request = { applicationName: application, deploymentGroupName: deploymentGroup };
  for await (const { deployments = [] } of paginateListDeployments({ client: aws.codeDeploy }, request))
    ids.push(...deployments);
  return ids;
}

async function describe({ aws }: Stage, ids: readonly string[]): Promise<readonly DeploymentInfo[]> {
  const infos: DeploymentInfo[] = [];
  for (let start = 0; start < ids.length; start += BATCH) {
    const request = new BatchGetDeploymentsCommand({ deploymentIds: ids.slice(start, start + BATCH) });
    infos.push(...((await aws.codeDeploy.send(request)).deploymentsInfo ?? []));
  }
  return infos;
}

const startOf = ({ createTime }: DeploymentInfo): Date => createTime ?? new Date(0);

/** @returns Undefined when AWS no longer knows which versions it was about. */
async function toDeployment(stage: Stage, info: DeploymentInfo): Promise<Deployment | undefined> {
  const shift = parseAppSpec(await readAppSpec(stage, info.revision));
  if (shift === undefined || info.deploymentId === undefined) return undefined;
  const outcome = outcomeOf(info.status);
  const text = [info.errorInformation?.message, info.rollbackInfo?.rollbackMessage].filter(Boolean).join(" ");
  return {
    id: info.deploymentId,
    startedAt: startOf(info),
    endedAt: info.completeTime,
    ...shift,
    outcome,
    reason: outcome === "rolled back" ? text || `CodeDeploy: ${String(info.status)}` : "",
    alarms: [...new Set(text.match(/serin-[\w-]+-canary-[\w-]*\w/g) ?? [])],
  };
}

export const isRunning = (status: string | undefined): boolean => outcomeOf(status) === "running";

function outcomeOf(status: string | undefined): Outcome {
  if (status === "Succeeded") return "promoted";
  return status === "Failed" || status === "Stopped" ? "rolled back" : "running";
}

/** A deployment's description holds only the hash of its AppSpec; the application keeps the text (GetDeployment's reference). */
async function readAppSpec(stage: Stage, revision: RevisionLocation | undefined): Promise<string | undefined> {
  const content = contentOf(revision);
  if (content !== undefined || revision === undefined) return content;
  try {
    const request = new GetApplicationRevisionCommand({ applicationName: stage.application, revision });
    return contentOf((await stage.aws.codeDeploy.send(request)).revision);
  } catch (error) {
    if (isMissing(error) || (error instanceof Error && error.name === "RevisionDoesNotExistException"))
      return undefined;
    throw error;
  }
}

const contentOf = (revision: RevisionLocation | undefined): string | undefined =>
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- deployments that AWS keeps may have this older form
  revision?.appSpecContent?.content ?? revision?.string?.content;

/** CloudFormation writes it as JSON. */
function parseAppSpec(content: string | undefined): Pick<Deployment, "from" | "to"> | undefined {
  const from = /"CurrentVersion"\s*:\s*"?(\d+)/.exec(content ?? "")?.[1];
  const to = /"TargetVersion"\s*:\s*"?(\d+)/.exec(content ?? "")?.[1];
  return from === undefined || to === undefined || from === to ? undefined : { from, to };
}
