// The whole study: which kinds of releases are simulated under which services, and what is looked at in each.
import { RULE } from "../../src/release/rule";
import { type Cell, type Observed, observe, SCENARIOS } from "./characteristics";
import type { Scenario, Service } from "./traffic";
import { otherWatches, ruleAlarms } from "./watches";

/** Passes of the golden set that the hook asks of each version. */
export const PASSES = 3;
/** What is assumed of a service unless a table says otherwise. */
export const USUAL: Service = { requestsPerSecond: 5, errorRate: 0.001, sigma: 0.4 };
export const RATES = [0.5, 5, 50];
const LOW_RATES = [1, 2, 3, 4];
const SIGMAS = [0.3, 0.4, 0.5, 0.6, 0.7];
const SWEPT_MINUTES = [3, 5, 10];
const SWEPT_SAMPLES = [25, 50, 75, 100, 150];
const HOOK_PASSES = [1, 2, 3, 4];

/** One simulated cell. */
export interface Part extends Cell {
  readonly table: "main" | "sweep" | "hook" | "sigma" | "rates" | "errors";
  readonly passes: number;
}

export interface Result extends Part {
  readonly observed: Observed;
}

/** Every cell of the study. @param releases - In each cell. */
export function plan(releases: number, seed: number): readonly Part[] {
  const { harmless, slow, errors } = SCENARIOS;
  const parts: Omit<Part, "seed">[] = [];
  const add = (table: Part["table"], scenarios: readonly Scenario[], service: Partial<Service>, passes = PASSES) =>
    parts.push(
      ...scenarios.map((scenario) => ({ table, scenario, service: { ...USUAL, ...service }, passes, releases })),
    );
  for (const requestsPerSecond of RATES) add("main", Object.values(SCENARIOS), { requestsPerSecond });
  for (const sigma of [0.4, 0.5]) add("sweep", [harmless, slow, errors], { sigma }, 0);
  for (const passes of HOOK_PASSES) for (const sigma of SIGMAS) add("hook", [harmless, slow], { sigma }, passes);
  for (const sigma of SIGMAS) add("sigma", [harmless, slow], { sigma });
  for (const requestsPerSecond of LOW_RATES) add("rates", [harmless, slow, errors], { requestsPerSecond }, 0);
  for (const requestsPerSecond of RATES) add("errors", [harmless], { requestsPerSecond, errorRate: 0.005 });
  return parts.map((part, at) => ({ ...part, seed: seed * 1000 + at }));
}

/** What is watched in a cell. */
function watchesOf({ table, service }: Part) {
  if (table === "hook") return [];
  if (table === "sweep") {
    return SWEPT_MINUTES.flatMap((minutes) =>
      SWEPT_SAMPLES.map((minSamples) => ruleAlarms(`${minutes * 60}/${minSamples}`, { ...RULE, minSamples }, minutes)),
    );
  }
  return [ruleAlarms("the rule's alarms"), ...(table === "main" ? otherWatches(service) : [])];
}

/** @param pause - Called after each release; what it throws ends the study. */
export async function run(parts: readonly Part[], pause: () => Promise<void> | undefined): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const part of parts) {
    results.push({ ...part, observed: await observe(part, part.passes, watchesOf(part), pause) });
  }
  return results;
}
