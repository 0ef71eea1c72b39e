import { Interrupted, startProgress } from "../../../deploy/judge/progress";

/** Steps until Ctrl-C is noticed. */
async function stepForEver(step: () => Promise<void> | undefined): Promise<never> {
  for (;;) await step();
}

it("ends the computation on Ctrl-C, and leaves Ctrl-C to others afterwards", async () => {
  const before = process.listenerCount("SIGINT");
  const progress = startProgress(1e9);
  process.emit("SIGINT");
  expect(process.listenerCount("SIGINT")).toBe(before + 1); // npm sends another
  await expect(stepForEver(progress.step)).rejects.toThrow(Interrupted);
  progress.end();
  expect(process.listenerCount("SIGINT")).toBe(before);
});

it("draws on a terminal how far it is and how long it takes, and clears its line", async () => {
  const drawn: string[] = [];
  const { step, end } = startProgress(1e9, { isTTY: true, write: (text) => drawn.push(text) });
  while (drawn.length === 0) await step();
  end();
  expect(drawn[0]).toMatch(/^\r-{30} 0 %, \d+ s left/);
  expect(drawn.at(-1)).toBe("\r\u001b[K");
});
