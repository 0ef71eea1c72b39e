// The pre-traffic hook, simulated: the golden set through both versions, and the judge on what came back.
import { type Answers, judge, type Side, type Verdict } from "../../src/release/judge";
import type { Random } from "./random";
import { MEDIAN_MS, type Scenario, type Service } from "./traffic";

/** Rows of the golden set. */
export const GOLDEN_ROWS = 300;
/** Share of rows that an equally good model newly gets right, and of those that it newly gets wrong. */
export const USUAL_CHANGE = 0.05;

/** @param passes - How often each version answers the golden set. */
export function qualify(service: Service, scenario: Scenario, passes: number, random: Random): Verdict {
  const measured = (errorRates: readonly number[], medianMs: number): Side => {
    const requests = passes * GOLDEN_ROWS;
    const faults = errorRates.reduce((total, share) => total + random.binomial(requests - total, share), 0);
    const latenciesMs: number[] = [];
    for (let answer = faults; answer < requests; answer += 1) {
      latenciesMs.push(medianMs * Math.exp(service.sigma * random.normal()));
    }
    return { requests, faults, latenciesMs };
  };
  const medianMs = MEDIAN_MS * scenario.slowDay;
  const canary = measured([service.errorRate, scenario.moreErrors], medianMs * scenario.slower);
  return judge(canary, measured([service.errorRate], medianMs), answers(scenario, random)).verdict;
}

/** Rows in the order gained, lost, unchanged: the judge counts pairs only. */
function answers({ lessAccurate }: Scenario, random: Random): Answers {
  const gained = random.binomial(GOLDEN_ROWS, USUAL_CHANGE);
  const lost = random.binomial(GOLDEN_ROWS - gained, (USUAL_CHANGE + lessAccurate) / (1 - USUAL_CHANGE));
  const rows = (right: (row: number) => boolean) => Array.from({ length: GOLDEN_ROWS }, (_, row) => right(row));
  return {
    canary: rows((row) => row < gained || row >= gained + lost),
    stable: rows((row) => row >= gained),
    changed: gained + lost,
  };
}
