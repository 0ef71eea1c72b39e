// CodeDeploy's records and what its API does with them: applications, deployment groups, deployments of Lambda aliases.
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { DeploymentGroupInfo, DeploymentInfo, RevisionLocation } from "@aws-sdk/client-codedeploy";
import { LambdaClient } from "@aws-sdk/client-lambda";
import type { MetricDatum } from "../alarms/alarm";
import { clientConfig } from "../aws";
import { FunctionMetrics } from "../metrics/emf";
import type { Watched } from "./alarm-watch";
import { type AliasShift, readAppSpec } from "./app-spec";
import { type Clock, systemClock } from "./clock";
import { Deployment, newDeploymentId } from "./deployment";
import { CodeDeployError } from "./error";
import type { DeploymentEvent } from "./events";
import { routingOf } from "./routing";
import type { Input } from "./schemas";

/** No alarm here looks further back than an hour. */
const ALARM_HISTORY_MS = 3_600_000;
const BATCH_LIMIT = 25;
const ALL_AT_ONCE = "CodeDeployDefault.LambdaAllAtOnce";

export interface ServiceOptions {
  /** The AWS whose aliases, logs and alarms it works on. */
  readonly awsUrl: () => string;
  /** How many times faster than on AWS; a function is asked at the begin of each deployment. */
  readonly timeScale: number | (() => number);
  readonly onEvent?: (event: DeploymentEvent) => void;
  /** Called once with each datum that alarms are evaluated on. */
  readonly onMetric?: (datum: MetricDatum) => void;
  readonly clock?: Clock;
}

/** A deployment that runs or ran here, or the record of a rollback, which has nothing to run. */
type Entry = { readonly record: DeploymentInfo; readonly hasEnded: boolean; readonly running?: Deployment };

/** The operations have AWS's names, inputs, answers and errors; what Lambda deployments do not need is left out. */
export class CodeDeployService {
  private readonly applications = new Map<string, Map<string, DeploymentGroupInfo>>();
  private readonly deployments = new Map<string, Entry>();
  /** AppSpec contents by their SHA-256. */
  private readonly revisions = new Map<string, string>();
  private readonly clock: Clock;

  constructor(private readonly options: ServiceOptions) {
    this.clock = options.clock ?? systemClock;
  }

  /** Drops what runs and waits until nothing does. */
  async close(): Promise<void> {
    const running = [...this.deployments.values()].flatMap((entry) => entry.running ?? []);
    for (const deployment of running) deployment.abandon();
    await Promise.all(running.map(({ done }) => done));
  }

  createApplication({ applicationName }: Input<"CreateApplication">) {
    if (this.applications.has(applicationName)) {
      throw new CodeDeployError(
        "ApplicationAlreadyExistsException",
        `The application already exists: ${applicationName}`,
      );
    }
    this.applications.set(applicationName, new Map());
    return { applicationId: `application-${applicationName}` };
  }

  deleteApplication({ applicationName }: Input<"DeleteApplication">) {
    this.applications.delete(applicationName);
    return {};
  }

  createDeploymentGroup(input: Input<"CreateDeploymentGroup">) {
    const groups = this.groupsOf(input.applicationName);
    if (groups.has(input.deploymentGroupName)) {
      throw new CodeDeployError(
        "DeploymentGroupAlreadyExistsException",
        `The deployment group already exists: ${input.deploymentGroupName}`,
      );
    }
    const deploymentGroupId = `group-${input.applicationName}-${input.deploymentGroupName}`;
    const group = { deploymentConfigName: ALL_AT_ONCE, computePlatform: "Lambda", ...input } as const;
    routingOf(group.deploymentConfigName);
    groups.set(input.deploymentGroupName, { ...group, deploymentGroupId });
    return { deploymentGroupId };
  }

  updateDeploymentGroup(input: Input<"UpdateDeploymentGroup">) {
    const { applicationName, currentDeploymentGroupName: name, newDeploymentGroupName, ...changes } = input;
    const group = this.group(applicationName, name);
    const groups = this.groupsOf(applicationName);
    if (changes.deploymentConfigName !== undefined) routingOf(changes.deploymentConfigName);
    groups.delete(name);
    const deploymentGroupName = newDeploymentGroupName ?? name;
    groups.set(deploymentGroupName, { ...group, ...changes, deploymentGroupName });
    return {};
  }

  deleteDeploymentGroup({ applicationName, deploymentGroupName }: Input<"DeleteDeploymentGroup">) {
    this.groupsOf(applicationName).delete(deploymentGroupName);
    return {};
  }

  getDeploymentGroup({ applicationName, deploymentGroupName }: Input<"GetDeploymentGroup">) {
    return { deploymentGroupInfo: this.group(applicationName, deploymentGroupName) };
  }

  createDeployment(input: Input<"CreateDeployment">) {
    const { deploymentConfigName, revision, description } = input;
    const stored = this.group(input.applicationName, input.deploymentGroupName);
    const group = deploymentConfigName === undefined ? stored : { ...stored, deploymentConfigName };
    this.refuseSecond(group);
    const { content } = revision.appSpecContent;
    const shift = readAppSpec(content);
    const timeScale = this.timeScale();
    const deployment = new Deployment({
      group,
      shift,
      content,
      description,
      lambda: new LambdaClient(this.client()),
      watched: this.watched(group, shift, timeScale),
      timeScale,
      clock: this.clock,
      onEvent: (event) => this.options.onEvent?.(event),
      recordRollback: (record) => this.recordRollback(record),
    });
    this.revisions.set(String(deployment.record.revision?.appSpecContent?.sha256), content);
    this.deployments.set(deployment.id, entryOf(deployment));
    return { deploymentId: deployment.id };
  }

  getDeployment({ deploymentId }: Input<"GetDeployment">) {
    return { deploymentInfo: this.deployment(deploymentId).record };
  }

  batchGetDeployments({ deploymentIds }: Input<"BatchGetDeployments">) {
    if (deploymentIds.length > BATCH_LIMIT) {
      throw new CodeDeployError("BatchLimitExceededException", `At most ${BATCH_LIMIT} deployments can be asked for.`);
    }
    return { deploymentsInfo: deploymentIds.flatMap((id) => this.deployments.get(id)?.record ?? []) };
  }

  /** Newest first. */
  listDeployments({ applicationName, deploymentGroupName, includeOnlyStatuses }: Input<"ListDeployments">) {
    if (applicationName !== undefined) this.groupsOf(applicationName);
    const records = [...this.deployments.values()].map(({ record }) => record).reverse();
    const isWanted = (record: DeploymentInfo) =>
      (applicationName ?? record.applicationName) === record.applicationName &&
      (deploymentGroupName ?? record.deploymentGroupName) === record.deploymentGroupName &&
      (includeOnlyStatuses?.some((status) => status === record.status) ?? true);
    return { deployments: records.filter(isWanted).map(({ deploymentId }) => deploymentId) };
  }

  /** The AppSpec, which the deployments' own records only name by its hash. */
  getApplicationRevision({ applicationName, revision }: Input<"GetApplicationRevision">) {
    this.groupsOf(applicationName);
    const { sha256 } = revision.appSpecContent;
    const content = this.revisions.get(sha256);
    if (content === undefined) {
      throw new CodeDeployError("RevisionDoesNotExistException", `There is no revision with SHA-256 ${sha256}.`);
    }
    const found: RevisionLocation = { revisionType: "AppSpecContent", appSpecContent: { content, sha256 } };
    return { applicationName, revision: found };
  }

  stopDeployment({ deploymentId, autoRollbackEnabled }: Input<"StopDeployment">) {
    const { running, hasEnded } = this.deployment(deploymentId);
    if (hasEnded || running === undefined) {
      throw new CodeDeployError(
        "DeploymentAlreadyCompletedException",
        `The deployment ${deploymentId} is already completed.`,
      );
    }
    running.stop(autoRollbackEnabled);
    return { status: "Pending", statusMessage: "Deployment stop has been requested." };
  }

  putLifecycleEventHookExecutionStatus(input: Input<"PutLifecycleEventHookExecutionStatus">) {
    const { deploymentId, lifecycleEventHookExecutionId: executionId, status } = input;
    if (status !== "Succeeded" && status !== "Failed") {
      throw new CodeDeployError(
        "InvalidLifecycleEventHookExecutionStatusException",
        `A hook reports Succeeded or Failed, not ${status}.`,
      );
    }
    const { running } = this.deployment(deploymentId);
    running?.reportHook(executionId, status);
    return { lifecycleEventHookExecutionId: executionId };
  }

  private groupsOf(applicationName: string): Map<string, DeploymentGroupInfo> {
    const groups = this.applications.get(applicationName);
    if (groups) return groups;
    throw new CodeDeployError("ApplicationDoesNotExistException", `No application found for name: ${applicationName}`);
  }

  private group(applicationName: string, name: string): DeploymentGroupInfo {
    const group = this.groupsOf(applicationName).get(name);
    if (group) return group;
    throw new CodeDeployError("DeploymentGroupDoesNotExistException", `No Deployment Group found for name: ${name}`);
  }

  private deployment(id: string): Entry {
    const entry = this.deployments.get(id);
    if (entry) return entry;
    throw new CodeDeployError("DeploymentDoesNotExistException", `The deployment ${id} could not be found`);
  }

  private refuseSecond({ applicationName, deploymentGroupName }: DeploymentGroupInfo): void {
    for (const { record, hasEnded } of this.deployments.values()) {
      const isSame = record.applicationName === applicationName && record.deploymentGroupName === deploymentGroupName;
      if (!isSame || hasEnded) continue;
      throw new CodeDeployError(
        "DeploymentLimitExceededException",
        `The Deployment Group '${String(deploymentGroupName)}' already has an active Deployment '${String(record.deploymentId)}'`,
      );
    }
  }

  private client() {
    return clientConfig(this.options.awsUrl());
  }

  private timeScale(): number {
    const { timeScale } = this.options;
    return typeof timeScale === "number" ? timeScale : timeScale();
  }

  private watched(group: DeploymentGroupInfo, { functionName }: AliasShift, timeScale: number): Watched {
    const alarms = group.alarmConfiguration;
    const { onMetric } = this.options;
    const names = alarms?.enabled === true ? (alarms.alarms ?? []) : [];
    const keepMs = ALARM_HISTORY_MS / timeScale;
    const logs = new CloudWatchLogsClient(this.client());
    return {
      cloudWatch: new CloudWatchClient(this.client()),
      alarmNames: names.flatMap(({ name }) => name ?? []),
      metrics: new FunctionMetrics(logs, functionName, this.clock.now() - keepMs, keepMs, onMetric),
      timeScale,
    };
  }

  /** On AWS a rollback is a deployment of its own, of the last version that was deployed well. */
  private recordRollback(of: DeploymentInfo): string {
    const deploymentId = newDeploymentId();
    const now = new Date(this.clock.now());
    const record: DeploymentInfo = {
      ...of,
      deploymentId,
      deploymentConfigName: ALL_AT_ONCE,
      status: "Succeeded",
      creator: "codeDeployRollback",
      createTime: now,
      startTime: now,
      completeTime: now,
      errorInformation: undefined,
      rollbackInfo: { rollbackTriggeringDeploymentId: of.deploymentId },
    };
    this.deployments.set(deploymentId, { record, hasEnded: true });
    return deploymentId;
  }
}

function entryOf(running: Deployment): Entry {
  return {
    running,
    get record() {
      return running.record;
    },
    get hasEnded() {
      return running.hasEnded;
    },
  };
}
