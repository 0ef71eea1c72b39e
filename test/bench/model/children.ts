// Every process that the bench starts, so that none outlives it.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../../deploy/local/user-error";
import { ROOT } from "../../../deploy/root";
import { killLeftovers, processTree } from "./process-tree";

const STOP_TIMEOUT_MS = 10_000;
const TAIL_LINES = 4;

/** A command; it runs in the repository's root and in this process's environment unless told otherwise. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** A process that was started; what it prints is in two files. */
export interface Running {
  readonly pid: number;
  /** The exit code, or undefined when a signal ended it. */
  readonly exited: Promise<number | undefined>;
  stdout(): string;
  /** The last lines that it printed. */
  tail(): string;
  /** Ends it and everything it started. */
  stop(): Promise<void>;
}

/** Starts processes, each the leader of a group that Ctrl-C does not reach, and stops those that still run at the end. */
export class Children {
  private readonly running = new Set<Running>();
  private started = 0;
  private isStopped = false;

  /** @param folder - Where what they print goes. */
  constructor(private readonly folder: string) {}

  /** Whether {@link Children.stop} was called: what fails from then on says nothing about what was started. */
  get stopped(): boolean {
    return this.isStopped;
  }

  /** @throws UserError when all have been stopped. */
  start({ command, args, env = {}, cwd = ROOT }: Launch): Running {
    if (this.isStopped) throw new UserError("Stopped.");
    this.started += 1;
    const files = ["out", "err"].map((stream) => path.join(this.folder, `${this.started}.${stream}`));
    const outputs = files.map((file) => openSync(file, "w"));
    const environment = { ...process.env, ...env };
    // stdin stays open as long as we live: the model server ends with it
    const child = spawn(command, args, { cwd, env: environment, detached: true, stdio: ["pipe", ...outputs] });
    for (const output of outputs) closeSync(output);
    const exited = exitOf(child);
    const running: Running = {
      pid: child.pid ?? 0,
      exited,
      stdout: () => readFileSync(files[0] ?? "", "utf8"),
      tail: () => files.map(lastLines).filter(Boolean).join(" "),
      stop: () => stop(child, exited),
    };
    this.running.add(running);
    void exited.finally(() => this.running.delete(running)).catch(() => undefined);
    return running;
  }

  /**
   * Runs a command to its end.
   * @returns what it printed on stdout.
   * @throws UserError with the last lines that it printed when it fails.
   */
  async run(launch: Launch): Promise<string> {
    const running = this.start(launch);
    const code = await running.exited;
    if (code !== 0) throw new UserError(running.tail() || `${launch.command} ended with ${code ?? "a signal"}`);
    return running.stdout();
  }

  /** Stops all, for good. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all([...this.running].map((running) => running.stop()));
  }
}

function exitOf(child: ChildProcess): Promise<number | undefined> {
  const exited = new Promise<number | undefined>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? undefined));
  });
  exited.catch(() => undefined); // reported to whoever awaits it
  return exited;
}

async function stop(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const tree = processTree(child.pid);
  child.kill("SIGTERM");
  const timer = setTimeout(() => killLeftovers(tree), STOP_TIMEOUT_MS);
  await exited.catch(() => undefined);
  clearTimeout(timer);
  killLeftovers(tree);
}

function lastLines(file: string): string {
  const lines = readFileSync(file, "utf8").trim().split("\n").slice(-TAIL_LINES);
  return lines.join(" ").replace(/\s+/g, " ").trim();
}
