// How fast a rehearsal goes: as many requests as this machine holds, and no less time than the alarms need for their samples.
import { RULE, WINDOW_SECONDS } from "../../../src/release/rule";
import type { Outcome } from "./scenarios";

export interface Pace {
  readonly requestsPerSecond: number;
  /** How many times faster than on AWS the release goes. */
  readonly timeScale: number;
}

/** The canary's share of the traffic. */
const CANARY_WEIGHT = 0.1;
/**
 * Expected samples in a window over those from which on the alarms decide. A release that ends well goes on to its end: some windows
 * below the gate do no harm. One that an alarm must end is over when the first window is full, however long a window is.
 */
const SAMPLES_MARGIN: Readonly<Record<Outcome, number>> = { promoted: 1.01, "rolled back": 1.5 };
/** Share of the capacity that is used: near all of it, waiting would say more than the versions do. */
const UTILISATION = 0.75;
const REQUESTS_PER_SECOND = { least: 12, most: 110 };

/** @param capacity - Requests a second that this machine answers at most. */
export function paceFor(capacity: number, expected: Outcome): Pace {
  const { least, most } = REQUESTS_PER_SECOND;
  const requestsPerSecond = Math.round(Math.min(Math.max(capacity * UTILISATION, least), most));
  const canaryRequestsInWindow = requestsPerSecond * CANARY_WEIGHT * WINDOW_SECONDS;
  return { requestsPerSecond, timeScale: canaryRequestsInWindow / (RULE.minSamples * SAMPLES_MARGIN[expected]) };
}
