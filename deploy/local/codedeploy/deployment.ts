// One deployment: runs the hook, gives the canary its part of the traffic, watches, promotes it or goes back.
import { createHash, randomUUID } from "node:crypto";
import type { DeploymentGroupInfo, DeploymentInfo, DeploymentStatus } from "@aws-sdk/client-codedeploy";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { activeAlarms, evaluateAlarms, type Watched } from "./alarm-watch";
import type { AliasShift } from "./app-spec";
import type { Clock } from "./clock";
import { CodeDeployError } from "./error";
import type { DeploymentEvent, DeploymentStep } from "./events";
import { DeploymentFailure } from "./failure";
import { type Routing, routingOf } from "./routing";
import { route, startHook, timeoutOf, versionOf } from "./traffic";

const MINUTE_MS = 60_000;
/** How long CodeDeploy waits for a hook's report. */
const HOOK_MINUTES = 60;
/** A hook really runs, so compressed time leaves it as long as it may run, and this to start and to report. */
const HOOK_START_MS = MINUTE_MS;

/** What a deployment is made of. */
export interface DeploymentOptions {
  readonly group: DeploymentGroupInfo;
  readonly shift: AliasShift;
  /** The AppSpec that {@link shift} was read from. */
  readonly content: string;
  readonly description?: string | undefined;
  readonly lambda: LambdaClient;
  /** The group's alarms; none when they are not to be watched. */
  readonly watched: Watched;
  readonly timeScale: number;
  readonly clock: Clock;
  readonly onEvent: (event: DeploymentEvent) => void;
  /** Records the deployment that brought the stable version back. @returns Its id. */
  readonly recordRollback: (rolledBack: DeploymentInfo) => string;
}

/** `d-` and nine capitals and digits, as AWS makes them. */
export function newDeploymentId(): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  const random = createHash("sha256").update(randomUUID()).digest().subarray(0, 9);
  return `d-${[...random].map((byte) => letters.charAt(byte % letters.length)).join("")}`;
}

const ENDED = new Set<DeploymentStatus | undefined>(["Succeeded", "Failed", "Stopped"]);

interface PendingHook {
  readonly executionId: string;
  readonly resolve: (status: "Succeeded" | "Failed") => void;
}

export class Deployment {
  readonly id = newDeploymentId();
  /** Settles when the deployment has ended, or was abandoned; never rejects. */
  readonly done: Promise<void>;
  private readonly info: DeploymentInfo;
  private readonly routing: Routing;
  private readonly abort = new AbortController();
  private hook: PendingHook | undefined;
  private readonly finishedHooks = new Set<string>();
  private canaryWeight = 0;

  /** Begins at once. @throws CodeDeployError when the group's configuration is not known. */
  constructor(private readonly options: DeploymentOptions) {
    const { group, content, clock, description } = options;
    this.routing = routingOf(String(group.deploymentConfigName));
    this.info = {
      applicationName: group.applicationName,
      deploymentGroupName: group.deploymentGroupName,
      deploymentConfigName: group.deploymentConfigName,
      deploymentId: this.id,
      revision: { revisionType: "AppSpecContent", appSpecContent: { sha256: sha256(content) } },
      status: "Created",
      createTime: new Date(clock.now()),
      creator: "user",
      description,
      ignoreApplicationStopFailures: false,
      autoRollbackConfiguration: group.autoRollbackConfiguration,
      deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
      computePlatform: "Lambda",
    };
    this.done = this.run();
  }

  /** The record, as GetDeployment shows it. */
  get record(): DeploymentInfo {
    return { ...this.info };
  }

  get hasEnded(): boolean {
    return ENDED.has(this.info.status);
  }

  /** Ends the deployment on somebody's wish. @param rollBack - Whether to; otherwise the deployment group says. */
  stop(rollBack?: boolean): void {
    this.abort.abort(new DeploymentFailure("MANUAL_STOP", "The deployment was stopped by a user.", rollBack));
  }

  /** Drops the deployment as it is: its AWS is going away. */
  abandon(): void {
    this.abort.abort();
  }

  /** What a lifecycle hook found. @throws CodeDeployError when no such hook is awaited. */
  reportHook(executionId: string, status: "Succeeded" | "Failed"): void {
    if (this.finishedHooks.has(executionId)) {
      throw new CodeDeployError(
        "LifecycleEventAlreadyCompletedException",
        `The lifecycle event hook ${executionId} is already completed.`,
      );
    }
    if (this.hook?.executionId !== executionId) {
      throw new CodeDeployError(
        "InvalidLifecycleEventHookExecutionIdException",
        `The lifecycle event hook execution id ${executionId} is not one of deployment ${this.id}.`,
      );
    }
    this.finishedHooks.add(executionId);
    this.hook.resolve(status);
  }

  private async run(): Promise<void> {
    try {
      await this.start();
      await this.runHook("BeforeAllowTraffic");
      await this.shiftTraffic();
      await this.runHook("AfterAllowTraffic");
      this.end("Succeeded", false, `Version ${this.options.shift.canary} has all the traffic.`);
    } catch (error) {
      const failure: unknown = this.abort.signal.aborted ? this.abort.signal.reason : error;
      if (failure instanceof DeploymentFailure) await this.fail(failure);
      else if (!this.abort.signal.aborted) await this.fail(new DeploymentFailure("INTERNAL_ERROR", messageOf(error)));
    }
  }

  private async start(): Promise<void> {
    const { shift, group, clock } = this.options;
    const { stable, canary } = shift;
    this.emit({ kind: "created", stable, canary, config: String(group.deploymentConfigName) });
    await Promise.resolve(); // whoever created it has its id before anything happens
    this.info.status = "InProgress";
    this.info.startTime = new Date(clock.now());
    await this.refuseActiveAlarms();
    await this.refuseMovedAlias();
  }

  private async refuseActiveAlarms(): Promise<void> {
    const active = await this.pollAlarms(() => activeAlarms(this.options.watched));
    if (active && active.length > 0) throw alarmActive(active);
  }

  private async refuseMovedAlias(): Promise<void> {
    const { lambda, shift } = this.options;
    const version = await versionOf(lambda, shift);
    if (version === shift.stable) return;
    throw new DeploymentFailure(
      "INVALID_LAMBDA_CONFIGURATION",
      `Alias ${shift.alias} of ${shift.functionName} does not point at version ${shift.stable}, from which it is to be moved, but at ${version ?? "several versions"}. Point it back and deploy again.`,
    );
  }

  private async runHook(name: keyof AliasShift["hooks"]): Promise<void> {
    const functionName = this.options.shift.hooks[name];
    if (functionName === undefined) return;
    this.emit({ kind: "hook", status: "InProgress" });
    const status = await this.hookStatus(name, functionName);
    this.emit({ kind: "hook", status });
    if (status === "Succeeded") return;
    throw new DeploymentFailure("HOOK_EXECUTION_FAILURE", `The ${name} hook ${functionName} reported a failure.`);
  }

  private async hookStatus(name: string, functionName: string): Promise<"Succeeded" | "Failed"> {
    const { clock, timeScale } = this.options;
    const { reported, longestRunMs } = await this.startHook(functionName);
    const limitMs = Math.max((HOOK_MINUTES * MINUTE_MS) / timeScale, longestRunMs + HOOK_START_MS);
    const answered = new AbortController();
    const timeout = clock.wait(limitMs, AbortSignal.any([this.abort.signal, answered.signal])).then(() => {
      throw new DeploymentFailure("TIMEOUT", `The ${name} hook ${functionName} did not report in time.`);
    });
    try {
      return await Promise.race([reported, timeout]);
    } finally {
      this.hook = undefined;
      answered.abort();
    }
  }

  /** @returns What settles when the hook reports, and how long it may run. */
  private async startHook(
    functionName: string,
  ): Promise<{ reported: Promise<"Succeeded" | "Failed">; longestRunMs: number }> {
    const { lambda } = this.options;
    const executionId = randomUUID();
    const reported = new Promise<"Succeeded" | "Failed">((resolve) => {
      this.hook = { executionId, resolve };
    });
    const ids = { DeploymentId: this.id, LifecycleEventHookExecutionId: executionId };
    try {
      const longestRunMs = await timeoutOf(lambda, functionName);
      await startHook(lambda, functionName, ids);
      return { reported, longestRunMs };
    } catch (error) {
      throw new DeploymentFailure(
        "INVALID_LAMBDA_FUNCTION",
        `The hook ${functionName} cannot be run: ${messageOf(error)}`,
      );
    }
  }

  private async shiftTraffic(): Promise<void> {
    await this.route(this.routing.canaryWeight);
    if (this.routing.canaryWeight === 1) return;
    await this.bake();
    await this.route(1);
  }

  private async bake(): Promise<void> {
    const { clock, timeScale } = this.options;
    const end = clock.now() + (this.routing.bakeMinutes * MINUTE_MS) / timeScale;
    while (clock.now() < end) {
      await clock.wait(Math.min(MINUTE_MS / timeScale, end - clock.now()), this.abort.signal);
      const alarms = await this.pollAlarms(() => evaluateAlarms(this.options.watched, clock.now()));
      if (alarms === undefined) continue;
      this.emit({ kind: "alarms", alarms });
      const active = alarms.filter(({ state }) => state === "ALARM").map(({ name }) => name);
      if (active.length > 0) throw alarmActive(active);
    }
  }

  /** @returns Undefined when CloudWatch does not answer and the group does not mind. */
  private async pollAlarms<T>(poll: () => Promise<T>): Promise<T | undefined> {
    try {
      return await poll();
    } catch (error) {
      if (this.options.group.alarmConfiguration?.ignorePollAlarmFailure === true) return undefined;
      throw new DeploymentFailure("ALARM_ACTIVE", `The alarms could not be read: ${messageOf(error)}`);
    }
  }

  private async route(canaryWeight: number): Promise<void> {
    this.abort.signal.throwIfAborted();
    await route(this.options.lambda, this.options.shift, canaryWeight);
    this.canaryWeight = canaryWeight;
    this.emit({ kind: "shifted", canaryWeight });
    this.abort.signal.throwIfAborted(); // a stop that came meanwhile still counts
  }

  private async fail(failure: DeploymentFailure): Promise<void> {
    const rollBack = failure.rollBack ?? this.groupRollsBackOn(failure);
    const problem = rollBack ? await this.goBack() : undefined;
    this.info.errorInformation = { code: failure.code, message: failure.message };
    const rolledBack = rollBack && problem === undefined;
    if (rolledBack) this.info.rollbackInfo = { rollbackDeploymentId: this.options.recordRollback(this.info) };
    this.end(failure.effect.status, rolledBack, problem ? `${failure.message} ${problem}` : failure.message);
  }

  private groupRollsBackOn(failure: DeploymentFailure): boolean {
    const { enabled, events = [] } = this.options.group.autoRollbackConfiguration ?? {};
    return enabled === true && events.includes(failure.effect.event);
  }

  /** Gives all traffic to the stable version. @returns What kept it from that. */
  private async goBack(): Promise<string | undefined> {
    if (this.canaryWeight === 0) return undefined;
    try {
      await route(this.options.lambda, this.options.shift, 0);
      this.emit({ kind: "shifted", canaryWeight: 0 });
      return undefined;
    } catch (error) {
      return `The traffic could not be shifted back: ${messageOf(error)}`;
    }
  }

  private end(status: "Succeeded" | "Failed" | "Stopped", rolledBack: boolean, reason: string): void {
    this.info.status = status;
    this.info.completeTime = new Date(this.options.clock.now());
    this.emit({ kind: "ended", status, rolledBack, reason });
  }

  private emit(step: DeploymentStep): void {
    this.options.onEvent({ deploymentId: this.id, atMs: this.options.clock.now(), ...step });
  }
}

function sha256(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function alarmActive(names: readonly string[]): DeploymentFailure {
  return new DeploymentFailure(
    "ALARM_ACTIVE",
    `One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected deployments have been stopped. Activated alarms: <${names.join(", ")}>`,
  );
}
