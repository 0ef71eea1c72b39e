// The local target: an emulated AWS, the service really deployed to it by osls, and the front door.
import path from "node:path";
import type { MetricDatum } from "./alarms/alarm";
import { slsEnvironment } from "./aws";
import { shown } from "./child";
import type { DeploymentEvent } from "./codedeploy/events";
import { startCodeDeploy } from "./codedeploy/server";
import { startEmulator } from "./emulator";
import { startFrontDoor } from "./front-door";
import { slsFailure, startSlsDeploy } from "./sls";
import { stackOutputs } from "./stack";
import { clearState, type State, type Target, writeTarget } from "./state";
import { issueToken } from "./tokens";
import { UserError } from "./user-error";
import { createWorkspace, type WorkspaceFolder } from "./workspace";

/** Compresses a canary's 15 minutes to 15 seconds. */
const DEFAULT_TIME_SCALE = 60;

export interface LocalTargetOptions {
  /** How many times faster than on AWS releases go and alarms look; 60 by default, asked for at each release. */
  readonly timeScale?: number | (() => number);
  /** Called with each step of a release. */
  readonly onDeployment?: (event: DeploymentEvent) => void;
  /** Called with each datum that the release's alarms are evaluated on, while a canary has traffic. */
  readonly onMetric?: (datum: MetricDatum) => void;
  /** Where the functions find SageMaker Runtime in place of the emulated one. */
  readonly sageMakerRuntimeUrl?: string;
  /** Folders of which {@link LocalTarget.workspace} holds a copy, so that the caller may change them between deploys. */
  readonly copied?: readonly WorkspaceFolder[];
}

/** Starts the parts of the local target one after the other, and stops them in the opposite order. */
export class LocalTarget {
  /** Settles with one clear sentence when a part fails that had been running. */
  readonly failed: Promise<string>;
  private fail: (reason: string) => void = () => undefined;
  private readonly parts: { stop(): Promise<void> }[] = [];
  private stopping = false;

  constructor(
    private readonly state: State,
    private readonly port: number,
    private readonly options: LocalTargetOptions = {},
  ) {
    this.failed = new Promise((resolve) => {
      this.fail = resolve;
    });
    clearState(state);
    createWorkspace(state.workspace, options.copied);
  }

  /** The private view of the service that is deployed. */
  get workspace(): string {
    return this.state.workspace;
  }

  /** @returns The address of the emulated AWS. */
  async startEmulator(): Promise<string> {
    let awsUrl = "";
    const { timeScale = DEFAULT_TIME_SCALE, onDeployment, onMetric, sageMakerRuntimeUrl } = this.options;
    const codeDeploy = await startCodeDeploy({
      awsUrl: () => awsUrl,
      timeScale,
      ...(onDeployment && { onEvent: onDeployment }),
      ...(onMetric && { onMetric }),
    });
    this.parts.push({ stop: () => codeDeploy.close() });
    const { url, child } = await startEmulator({
      state: this.state.emulator,
      log: path.join(this.state.logs, "emulator.log"),
      codeDeployUrl: codeDeploy.url,
      sageMakerRuntimeUrl,
      onEvent: (event) => {
        if (event.event === "model-server-exited") this.report("The model server", event["exitCode"]);
      },
    });
    this.parts.unshift(child); // stopped after the releases that use it
    void child.exited.then((code) => this.report("The emulated AWS", code));
    awsUrl = url;
    return url;
  }

  /**
   * Runs `sls deploy --stage local` as a user would, the first time or again.
   * @param onLine - Called with each line that osls prints.
   * @param params - For osls' `--param`: what the stage's parameters are to be instead.
   * @throws UserError with osls' reason when it fails, so also when the release was rolled back.
   */
  async deploy(
    awsUrl: string,
    onLine: (line: string) => void,
    params: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const log = path.join(this.state.logs, "deploy.log");
    const env = slsEnvironment(awsUrl);
    const child = startSlsDeploy({ flags: ["--stage", "local"], params, env, cwd: this.workspace, log, onLine });
    this.parts.push(child);
    const code = await child.exited;
    if (code !== 0) throw this.stopping ? new UserError("interrupted") : slsFailure(child, log);
  }

  /** Opens the front door and records the target for other commands. */
  async open(awsUrl: string): Promise<Target> {
    const target = { ...(await describe(awsUrl)), url: `http://127.0.0.1:${this.port}` };
    const door = await startFrontDoor({ port: this.port, apiUrl: target.apiUrl, token: () => issueToken(target, {}) });
    this.parts.push({ stop: () => door.close() });
    writeTarget(this.state, target);
    return target;
  }

  /** Stops everything; safe to call at any time, and twice. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const part of this.parts.splice(0).reverse()) await part.stop();
  }

  private report(what: string, code: unknown): void {
    if (!this.stopping)
      this.fail(`${what} stopped unexpectedly (exit ${String(code)}); see ${shown(this.state.logs)}.`);
  }
}

async function describe(awsUrl: string): Promise<Omit<Target, "url">> {
  const output = await stackOutputs(awsUrl);
  return {
    awsUrl,
    apiUrl: `${awsUrl}/_aws/execute-api/${output("HttpApiId")}/$default`,
    userPoolId: output("UserPoolId"),
    machineClientId: output("MachineClientId"),
    peopleClientId: output("PeopleClientId"),
  };
}
