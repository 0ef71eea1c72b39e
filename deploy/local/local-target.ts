// The local target: an emulated AWS, the service really deployed to it by osls, and the front door.
import path from "node:path";
import { slsEnvironment } from "./aws";
import { Child, shown } from "./child";
import { startEmulator } from "./emulator";
import { startFrontDoor } from "./front-door";
import { stackOutputs } from "./stack";
import { clearState, type State, type Target, writeTarget } from "./state";
import { issueToken } from "./tokens";
import { UserError } from "./user-error";
import { createWorkspace, SLS } from "./workspace";

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
  ) {
    this.failed = new Promise((resolve) => {
      this.fail = resolve;
    });
    clearState(state);
  }

  /** @returns The address of the emulated AWS. */
  async startEmulator(): Promise<string> {
    const { url, child } = await startEmulator({
      state: this.state.emulator,
      log: path.join(this.state.logs, "emulator.log"),
      onEvent: (event) => {
        if (event.event === "model-server-exited") this.report("The model server", event["exitCode"]);
      },
    });
    this.parts.push(child);
    void child.exited.then((code) => this.report("The emulated AWS", code));
    return url;
  }

  /** Runs `sls deploy --stage local` as a user would. @param onLine - Called with each line that osls prints. */
  async deploy(awsUrl: string, onLine: (line: string) => void): Promise<void> {
    createWorkspace(this.state.workspace);
    const log = path.join(this.state.logs, "deploy.log");
    const child = new Child({
      command: process.execPath,
      args: [SLS, "deploy", "--stage", "local", "--verbose"],
      env: slsEnvironment(awsUrl),
      cwd: this.state.workspace,
      log,
      onLine,
    });
    this.parts.push(child);
    const code = await child.exited;
    if (code === 0) return;
    throw new UserError(
      this.stopping ? "interrupted" : `sls deploy failed: ${reasonOf(child.tail)} (log: ${shown(log)})`,
    );
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

/** What osls prints below `Error:`, without stack frames. */
function reasonOf(lines: readonly string[]): string {
  const message = lines.slice(lines.lastIndexOf("Error:") + 1).filter((line) => !line.startsWith("at "));
  return message.join(" ");
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
