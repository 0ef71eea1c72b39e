// Waits for something on AWS by looking at it again and again.
import { setTimeout } from "node:timers/promises";
import type { Stage } from "./stage";

/**
 * Looks until what it sees will do.
 * @throws AbortError once `signal` is aborted.
 */
export async function waitUntil<T>(
  { pollMs }: Pick<Stage, "pollMs">,
  signal: AbortSignal,
  look: () => Promise<T>,
  willDo: (seen: T) => boolean,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    const seen = await look();
    if (willDo(seen)) return seen;
    await setTimeout(pollMs, undefined, { signal });
  }
}
