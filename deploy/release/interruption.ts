// Ctrl-C: a command stops at its next step and says what goes on without it.

import { UserError } from "../local/user-error";

/** The exit code of a command that Ctrl-C ended. */
const INTERRUPTED = 130;

export interface Interruption {
  /** Aborted by Ctrl-C; waits take it, and whatever changes something looks at it first. */
  readonly signal: AbortSignal;
  /** What to tell a user who presses Ctrl-C now. */
  goesOn: string;
}

/** npm passes a Ctrl-C on to its command, which the terminal has told, too: signals this close together are one press. */
const ONE_PRESS_MS = 500;

/** Runs `work` so that Ctrl-C ends it in order. A second Ctrl-C ends the process at once. */
export async function interruptible(work: (interruption: Interruption) => Promise<number>): Promise<number> {
  const controller = new AbortController();
  let pressedAt = 0;
  const interrupt = () => {
    if (!controller.signal.aborted) {
      pressedAt = performance.now();
      controller.abort();
    } else if (performance.now() - pressedAt > ONE_PRESS_MS) process.exit(INTERRUPTED);
  };
  const interruption = { signal: controller.signal, goesOn: "Nothing was changed." };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt); // not once(): without a listener the second would kill us
  try {
    return await work(interruption);
  } catch (error) {
    if (!controller.signal.aborted || error instanceof UserError) throw error;
    console.error(`\nInterrupted. ${interruption.goesOn}`);
    return INTERRUPTED;
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}
