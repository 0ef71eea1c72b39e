// What `rehearse --json` prints of a scenario.
import type { Qualification } from "./qualification";
import { type Outcome, SCENARIOS, type ScenarioName } from "./scenarios";
import type { Scene } from "./scene";

/** Rates are shares of 1. The versions' numbers are of the alarms' last window; null where the canary never had traffic. */
export interface Result {
  readonly scenario: ScenarioName;
  readonly outcome: Outcome;
  readonly expected: Outcome;
  readonly reason: string;
  /** From the start of `sls deploy` to the release's end. */
  readonly seconds: number;
  readonly user_requests: number;
  readonly user_requests_failed: number;
  /** Failed ones that no injected fault explains. */
  readonly user_requests_lost: number;
  readonly stable_version: string;
  readonly canary_version: string;
  readonly stable_p95_ms: number | null;
  readonly canary_p95_ms: number | null;
  readonly p95_ratio: number | null;
  readonly stable_error_rate: number | null;
  readonly canary_error_rate: number | null;
  readonly canary_requests: number;
  readonly qualification: Qualification | null;
  /** What was sent while the canary had traffic. */
  readonly requests_per_second: number;
  /** How many times faster than on AWS the release went. */
  readonly time_scale: number;
}

/** @throws Error when the scene has not ended. */
export function resultOf(scene: Scene): Result {
  const { name, pace, requests, ended } = scene;
  if (!ended) throw new Error(`scenario ${name} has not ended`);
  const { stable, canary } = scene.decisive();
  const p95Ratio = canary.p95Ms !== null && stable.p95Ms !== null ? canary.p95Ms / stable.p95Ms : null;
  return {
    scenario: name,
    outcome: ended.outcome,
    expected: SCENARIOS[name].expected,
    reason: scene.reason,
    seconds: rounded(ended.at, 1),
    user_requests: requests.total,
    user_requests_failed: requests.failed,
    user_requests_lost: requests.lost,
    stable_version: scene.stable,
    canary_version: scene.canary,
    stable_p95_ms: canary.requests > 0 ? rounded(stable.p95Ms, 1) : null,
    canary_p95_ms: rounded(canary.p95Ms, 1),
    p95_ratio: rounded(p95Ratio, 3),
    stable_error_rate: canary.requests > 0 ? rounded(stable.errorRate, 4) : null,
    canary_error_rate: rounded(canary.errorRate, 4),
    canary_requests: canary.requests,
    qualification: scene.qualification ?? null,
    requests_per_second: rounded(SCENARIOS[name].isQuiet ? QUIET_PER_SECOND : pace.requestsPerSecond, 1),
    time_scale: rounded(pace.timeScale, 1),
  };
}

/** Requests a second where hardly anybody uses the service. */
export const QUIET_PER_SECOND = 0.5;

/** Whether the right thing became of the release, and no user paid for it but where the fault itself struck. */
export function isAsItShouldBe({ outcome, expected, user_requests_lost: lost }: Result): boolean {
  return outcome === expected && lost === 0;
}

function rounded(value: number, digits: number): number;
function rounded(value: number | null, digits: number): number | null;
function rounded(value: number | null, digits: number): number | null {
  return value === null ? null : Number(value.toFixed(digits));
}
