// Progress of a long computation on a terminal, and Ctrl-C as a clean end of it.
import { setImmediate } from "node:timers/promises";

const REDRAW_MS = 200;
const WIDTH = 30;

/** Raised by `step` after Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

export interface Progress {
  /** Call after each of the `total` steps; lets Ctrl-C through now and then. @throws Interrupted */
  readonly step: () => Promise<void> | undefined;
  /** Clears the line. */
  readonly end: () => void;
}

/** Where progress is drawn. */
export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Draws on `terminal` if it is one. */
export function startProgress(total: number, terminal: Terminal = process.stderr): Progress {
  const startedAt = performance.now();
  let [done, drawnAt, interrupted] = [0, startedAt, false];
  const interrupt = () => {
    interrupted = true;
  };
  process.on("SIGINT", interrupt); // not once(): npm sends its own after the terminal's, which would kill us without a listener
  const pause = async () => {
    if (terminal.isTTY) terminal.write(`\r${bar(done / total, performance.now() - startedAt)}\u001b[K`);
    await setImmediate();
    if (interrupted) throw new Interrupted();
  };
  return {
    step: () => {
      done += 1;
      if (performance.now() - drawnAt < REDRAW_MS) return undefined;
      drawnAt = performance.now();
      return pause();
    },
    end: () => {
      process.removeListener("SIGINT", interrupt);
      if (terminal.isTTY) terminal.write("\r\u001b[K");
    },
  };
}

function bar(share: number, elapsedMs: number): string {
  const full = Math.round(share * WIDTH);
  const seconds = Math.ceil((elapsedMs / 1000) * (1 / share - 1));
  return `${"#".repeat(full)}${"-".repeat(WIDTH - full)} ${Math.floor(share * 100)} %, ${seconds} s left`;
}
