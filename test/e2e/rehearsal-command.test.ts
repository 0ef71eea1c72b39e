// `npm run rehearse` that is interrupted in the middle of a release, or asked for what there is not.
import { existsSync } from "node:fs";
import path from "node:path";
import { until } from "../until";
import { processesOf } from "./processes";
import { rehearse, stateFolder } from "./rehearse";

const MINUTES = 60_000;

const folder = stateFolder();

it(
  "leaves nothing running after Ctrl-C in the middle of a release",
  async () => {
    const run = rehearse(folder(), "--scenario", "good");
    await until(
      () => run.printed.out.includes("sls deploy of another version"),
      6 * MINUTES,
      () => `${run.printed.out}${run.printed.err}`,
    );
    run.interrupt();
    expect(await run.exited).toBe(130);
    await until(() => processesOf(folder()).length === 0, 10_000);
    expect(existsSync(path.join(folder(), "rehearsal", "lock"))).toBe(false);
  },
  8 * MINUTES,
);

it(
  "names the scenarios there are",
  async () => {
    const run = rehearse(folder(), "--scenario", "bad");
    expect(await run.exited).toBe(1);
    expect(run.printed.err).toMatch(/good, slow, errors, worse, quiet, all/);
    expect(run.printed.err).not.toContain("    at "); // no stack trace
  },
  MINUTES,
);
