// The releases that can be rehearsed: what is wrong with the new version, and what must become of it.
import type { Fault } from "./fault-proxy";

export type Outcome = "promoted" | "rolled back";

export interface Scenario {
  /** What is told about the new version. */
  readonly about: string;
  readonly expected: Outcome;
  /** Wrong from the start, so that the pre-traffic hook meets it. */
  readonly faultFromStart?: Fault;
  /** Wrong only once the hook has passed, so that the alarms have to find it. */
  readonly faultAfterHook?: Fault;
  /** Whether there is too little traffic to judge by. */
  readonly isQuiet?: boolean;
}

/** Model calls take three times as long: the handler's p95 becomes about twice the stable version's. */
const SLOW: Fault = { slowdown: 3 };

export const SCENARIO_NAMES = ["good", "slow", "errors", "worse", "quiet"] as const;
export type ScenarioName = (typeof SCENARIO_NAMES)[number];

export const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = {
  good: { about: "as good as the stable one", expected: "promoted" },
  slow: { about: "gets slow once it has traffic", expected: "rolled back", faultAfterHook: SLOW },
  errors: {
    about: "fails 8 % of its requests once it has traffic",
    expected: "rolled back",
    faultAfterHook: { failing: 0.08 },
  },
  worse: {
    about: "labels a quarter of the texts differently",
    expected: "rolled back",
    faultFromStart: { altered: 0.25 },
  },
  quiet: {
    about: "is slow, and hardly anybody uses the service",
    expected: "rolled back",
    faultFromStart: SLOW,
    isQuiet: true,
  },
};
