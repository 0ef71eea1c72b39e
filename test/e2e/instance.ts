// Starts the local target as a user does, `npm start`, in a state folder of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "../../deploy/local/ports";
import { readTarget, type State, stateOf, type Target } from "../../deploy/local/state";
import { ROOT } from "../../deploy/root";
import { until } from "../until";
import { processesOf } from "./processes";

const START_TIMEOUT_MS = 180_000; // a first run installs Python packages

/** A run of `npm start`. */
export class Instance {
  private readonly child: ChildProcess;
  private printed = "";
  readonly exited: Promise<number>;

  private constructor(
    readonly state: State,
    readonly port: number,
  ) {
    this.child = spawn("npm", ["start"], {
      cwd: ROOT,
      env: { ...process.env, PORT: String(port), SERIN_STATE: state.directory },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.printed += chunk.toString();
      });
    }
    this.exited = new Promise((resolve) => this.child.once("close", (code) => resolve(code ?? -1)));
  }

  /** Starts without waiting. @param state - Another instance's folder, to collide with it. */
  static async launch(port?: number, state = stateOf({ SERIN_STATE: mkdtempSync(path.join(tmpdir(), "serin-e2e-")) })) {
    return new Instance(state, port ?? (await freePort()));
  }

  /** Starts and waits until the API answers. */
  static async start(): Promise<Instance> {
    const instance = await Instance.launch();
    await until(
      () => instance.isUp || instance.child.exitCode !== null,
      START_TIMEOUT_MS,
      () => instance.output,
    );
    if (!instance.isUp) throw new Error(`npm start failed:\n${instance.output}`);
    return instance;
  }

  private get isUp(): boolean {
    return this.printed.includes("Serin is running");
  }

  /** What it printed, without colours. */
  get output(): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences start with a control character
    return this.printed.replace(/\u001b\[[0-9;?]*[a-zA-Z]/g, "");
  }

  get target(): Target {
    return readTarget(this.state);
  }

  /** As Ctrl-C in a terminal does: to the whole foreground group. */
  interrupt(): void {
    if (this.child.pid !== undefined) process.kill(-this.child.pid, "SIGINT");
  }

  /** Stops it and removes its folder. @returns The exit code. */
  async stop(): Promise<number> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.interrupt();
    const code = await this.exited;
    rmSync(this.state.directory, { recursive: true, force: true });
    return code;
  }

  /** Ids of the processes that run with this instance's folder on their command line or in their environment. */
  processes(): string[] {
    return processesOf(this.state.directory);
  }
}
