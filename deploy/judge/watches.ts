// Ways to watch a canary: the rule's alarms, and what others do, over the same simulated metrics.
import { failsTooMuch, latencyRatio } from "../../src/release/judge";
import { RULE, type Rule, WINDOW_SECONDS } from "../../src/release/rule";
import { healthyP95, MINUTES, type Release, type Seen, type Service } from "./traffic";

/** Something that may stop a release. */
export interface Watch {
  readonly name: string;
  /** The first minute in which it stops the release; undefined when it lets it pass. */
  stopsAt(release: Release): number | undefined;
}

/** The alarms of deploy/canary.yml, each evaluated every minute over a sliding window. */
export function ruleAlarms(name: string, rule: Rule = RULE, minutes: number = WINDOW_SECONDS / 60): Watch {
  return firstMinute(name, (release, end) => breaks(rule, release.canary(end, minutes), release.stable(end, minutes)));
}

function breaks(rule: Rule, canary: Seen, stable: Seen): boolean {
  return failsTooMuch(canary, rule) || (latencyRatio(canary.latency, stable.latency, rule) ?? 0) > rule.maxLatencyRatio;
}

const ARGO_FAILURE_LIMIT = 3;

/** What the rule is compared with; thresholds in ms are given the healthy p95 of a usual day. */
export function otherWatches(service: Service): readonly Watch[] {
  const tuned = RULE.maxLatencyRatio * healthyP95(service);
  return [
    firstMinute("Lambda `Errors > 0`, 1 minute", (release, end) => release.canary(end, 1).crashes > 0),
    firstMinute("the same, if each 5xx were an Error", (release, end) => release.canary(end, 1).faults > 0),
    staticP95("p95 > 700 ms, 5 minutes", 700),
    staticP95("p95 > 1.3 x the usual p95 in ms, 5 minutes", tuned),
    fixedThresholdAnalysis(tuned),
    consecutive(),
  ];
}

function staticP95(name: string, limitMs: number): Watch {
  return firstMinute(name, (release, end) => (release.canary(end, 5).latency.p95 ?? 0) > limitMs);
}

/**
 * As in the examples of Argo Rollouts (argo-rollouts.readthedocs.io, Analysis & Progressive Delivery): each metric is measured
 * once a minute over that minute, and the analysis fails when a metric has failed more than `failureLimit` measurements.
 */
function fixedThresholdAnalysis(limitMs: number): Watch {
  return {
    name: "Argo style: errors > 2 %, p95 > the same ms; 1 minute, failureLimit 3",
    stopsAt: (release) => {
      const failed = { errors: 0, latency: 0 };
      for (let end = 1; end <= MINUTES; end += 1) {
        const { requests, faults, latency } = release.canary(end, 1);
        failed.errors += Number(requests > 0 && faults / requests > RULE.maxErrorRate);
        failed.latency += Number((latency.p95 ?? 0) > limitMs);
        if (Math.max(failed.errors, failed.latency) > ARGO_FAILURE_LIMIT) return end;
      }
      return undefined;
    },
  };
}

/** "Sustained for 5 minutes" taken by the letter: 5 breaching minutes in a row, each with a fifth of the samples. */
function consecutive(): Watch {
  const rule = { ...RULE, minSamples: RULE.minSamples / 5, minFaults: RULE.minFaults / 5 };
  return firstMinute("our rule as 5 x 60 s in a row", (release, end) => {
    if (end < 5) return false;
    return [0, 1, 2, 3, 4].every((ago) => breaks(rule, release.canary(end - ago, 1), release.stable(end - ago, 1)));
  });
}

function firstMinute(name: string, stops: (release: Release, end: number) => boolean): Watch {
  return {
    name,
    stopsAt: (release) => {
      for (let end = 1; end <= MINUTES; end += 1) if (stops(release, end)) return end;
      return undefined;
    },
  };
}
