// A child process of the local target: logged to a file, awaited until it is ready, stopped together with us.
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { hasStrings } from "./has-strings";
import { UserError } from "./user-error";

/** One line of JSON that a child prints on stdout. */
export type ChildEvent = Readonly<Record<string, unknown>> & { readonly event: string };

interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** File that receives what the child prints. */
  readonly log: string;
  /** Called for each line of JSON with an `event` on the child's stdout. */
  readonly onEvent?: (event: ChildEvent) => void;
  /** Called for each line of the child's output. */
  readonly onLine?: (line: string) => void;
}

const STOP_TIMEOUT_MS = 10_000;
const TAIL_LINES = 40;

/** A running child. It is in a process group of its own, so that Ctrl-C reaches it through {@link Child.stop} only. */
export class Child {
  /** The exit code, or 128 and more for a signal; settles when the child and its output are done. */
  readonly exited: Promise<number>;
  private readonly process: ChildProcess;
  private readonly lastLines: string[] = [];

  constructor(private readonly options: ChildOptions) {
    const { command, args, env, cwd } = options;
    // stdin stays open as long as we live: a child that reads it ends when we are killed.
    this.process = spawn(command, args, { env, cwd, detached: true, stdio: ["pipe", "pipe", "pipe"] });
    this.exited = new Promise((resolve, reject) => {
      this.process.once("error", reject);
      this.process.once("close", (code, signal) => resolve(code ?? (signal ? 128 : 1)));
    });
    this.exited.catch(() => undefined); // reported to whoever awaits it
    this.follow();
  }

  /** The last lines of output that are not blank. */
  get tail(): readonly string[] {
    return this.lastLines;
  }

  /** Ends the child and everything it started. */
  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.signal("SIGTERM");
    const timer = setTimeout(() => this.signal("SIGKILL"), STOP_TIMEOUT_MS);
    await this.exited.catch(() => undefined);
    clearTimeout(timer);
  }

  /** @throws UserError when the child ends before it prints the event. */
  async waitFor(event: string, what: string): Promise<ChildEvent> {
    const ended = this.exited.then((code) => {
      throw new UserError(
        `${what} did not start (exit ${code}): ${this.tail.slice(-3).join(" ") || "no output"}. Log: ${this.options.log}`,
      );
    });
    return Promise.race([this.next(event), ended]);
  }

  private next(event: string): Promise<ChildEvent> {
    return new Promise((resolve) => {
      const listener = (found: ChildEvent) => {
        if (found.event !== event) return;
        this.process.off("serin-event", listener);
        resolve(found);
      };
      this.process.on("serin-event", listener);
    });
  }

  private signal(signal: NodeJS.Signals): void {
    if (this.process.pid === undefined) return;
    try {
      process.kill(-this.process.pid, signal);
    } catch {
      // it is already gone
    }
  }

  private follow(): void {
    const log = createWriteStream(this.options.log, { flags: "a" });
    const streams = [this.process.stdout, this.process.stderr];
    for (const stream of streams) {
      if (stream === null) continue;
      createInterface({ input: stream }).on("line", (line) => {
        log.write(`${line}\n`);
        this.remember(line);
        this.options.onLine?.(line);
        const event = parseEvent(line);
        if (event === undefined) return;
        this.process.emit("serin-event", event);
        this.options.onEvent?.(event);
      });
    }
    this.process.once("close", () => log.end());
  }

  private remember(line: string): void {
    if (line.trim() === "") return;
    this.lastLines.push(line.trim());
    if (this.lastLines.length > TAIL_LINES) this.lastLines.shift();
  }
}

function parseEvent(line: string): ChildEvent | undefined {
  if (!line.startsWith('{"event"')) return undefined;
  try {
    const event: unknown = JSON.parse(line);
    return hasStrings(event, ["event"]) ? { ...event } : undefined;
  } catch {
    return undefined;
  }
}

/** A log file's path relative to where the user is. */
export function shown(file: string): string {
  return path.relative(process.cwd(), file);
}
