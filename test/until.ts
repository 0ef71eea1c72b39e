// Waits for a condition instead of a time.
import { setTimeout } from "node:timers/promises";

/** @throws Error with `describe()` when the condition does not hold within `timeoutMs`. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  describe: () => string = () => "",
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`condition not met within ${timeoutMs} ms. ${describe()}`);
    await setTimeout(50);
  }
}
