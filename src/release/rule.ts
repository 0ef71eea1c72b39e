// The rule by which a release is judged, before it gets traffic and while it has a tenth of it; docs/canary-judge.md has the reasons.

/** The thresholds of the rule. */
export interface Rule {
  /** Largest share of requests that the canary may answer with a fault (5xx). */
  readonly maxErrorRate: number;
  /** Faults below which no error rate fails: a few in a small sample are chance. */
  readonly minFaults: number;
  /** Largest ratio of the canary's p95 latency to the stable version's. */
  readonly maxLatencyRatio: number;
  /** Requests, and compared latencies on each side, below which nothing is decided. */
  readonly minSamples: number;
  /** Golden rows answered by both sides, below which accuracy is not decided. */
  readonly minAnswers: number;
  /** Standard normal quantile of the accuracy difference's interval. */
  readonly accuracyZ: number;
}

/** What is in force; deploy/canary.yml repeats the first four, and a test holds the two together. */
export const RULE: Rule = {
  maxErrorRate: 0.02, // twenty times what a harmless release shows (0.1 %), and well under the 5 % that must be caught
  minFaults: 5, // with fewer, a service that always fails 0.5 % loses one harmless release in eight at 5 requests/s
  maxLatencyRatio: 1.3, // near the geometric middle (1.22) of no change and the 1.5 that must be caught, on the quiet side
  minSamples: 100, // settled by `npm run judge:simulate`: with 50, noise alone rolls releases back
  minAnswers: 100, // fewer rows would only see collapses
  accuracyZ: 2.807, // 0.25 % one-sided: a quarter of the 1 % of harmless releases that may be rolled back at all
};

/** Seconds over which the alarms look at both versions: the Period of deploy/canary.yml. */
export const WINDOW_SECONDS = 300;
