// One simulated release under traffic: what each version's metrics hold, minute by minute, around the shift of a tenth of it.
import { percentileRank } from "../../src/release/percentile";
import { present } from "../local/present";
import { normalQuantile, type Random } from "./random";

/** What is the matter with the canary, or with the day. */
export interface Scenario {
  readonly name: string;
  /** Factor on the canary's latencies. */
  readonly slower: number;
  /** Share of the canary's requests that fail beside the usual ones, each answered as a 5xx by the handler. */
  readonly moreErrors: number;
  /** Share of golden rows that the canary loses beside the usual changes. */
  readonly lessAccurate: number;
  /** Factor on both versions' latencies: a busy model server, a slow network. */
  readonly slowDay: number;
}

/** What the service is like. */
export interface Service {
  readonly requestsPerSecond: number;
  /** Share of faults of a healthy version. */
  readonly errorRate: number;
  /** Standard deviation of ln(latency). */
  readonly sigma: number;
}

/** What one version's metrics hold over some minutes. */
export interface Seen {
  readonly requests: number;
  readonly faults: number;
  /** Faults that Lambda's own Errors metric counts: crashes and timeouts, not handled 5xx. */
  readonly crashes: number;
  readonly latency: { readonly count: number; readonly p95: number | null };
}

/** A release as its watchers see it; minute 1 is the first with shifted traffic. */
export interface Release {
  /** The canary over the `minutes` that end with minute `end`. */
  canary(end: number, minutes: number): Seen;
  stable(end: number, minutes: number): Seen;
}

/** Minutes for which the canary has its tenth: CodeDeployDefault.LambdaCanary10Percent15Minutes. */
export const MINUTES = 15;
const CANARY_SHARE = 0.1;
/** Minutes of stable traffic before the shift, so that its first windows are full; the longest window's length. */
export const HISTORY = 10;
/** Median latency in ms: only thresholds in ms depend on it. */
export const MEDIAN_MS = 100;
/** Share of a healthy version's faults that are crashes or timeouts. */
export const CRASH_SHARE = 0.1;

/** p95 in ms of a healthy version on a usual day. */
export function healthyP95({ sigma }: Service): number {
  return MEDIAN_MS * Math.exp(sigma * normalQuantile(0.95));
}

export function simulateRelease(service: Service, scenario: Scenario, random: Random): Release {
  const perMinute = service.requestsPerSecond * 60;
  const side = (share: (minute: number) => number, moreErrors: number) =>
    Array.from({ length: HISTORY + MINUTES }, (_, at) =>
      simulateMinute(random, share(at - HISTORY + 1) * perMinute, service.errorRate, moreErrors),
    );
  const { slowDay } = scenario;
  const canary = side((minute) => (minute < 1 ? 0 : CANARY_SHARE), scenario.moreErrors);
  const stable = side((minute) => (minute < 1 ? 1 : 1 - CANARY_SHARE), 0);
  return {
    canary: windows(canary, service.sigma, MEDIAN_MS * slowDay * scenario.slower),
    stable: windows(stable, service.sigma, MEDIAN_MS * slowDay),
  };
}

/**
 * One version's minute. Only ranks of latencies matter until a p95 is asked for, and ranks of log-normal values are those of
 * uniform ones: so latencies are kept as uniforms, and of many only the upper tail, which holds the p95.
 */
interface Minute {
  readonly requests: number;
  readonly faults: number;
  readonly crashes: number;
  readonly count: number;
  readonly tail: Float64Array;
}

function simulateMinute(random: Random, mean: number, errorRate: number, moreErrors: number): Minute {
  const requests = random.poisson(mean);
  const usual = random.binomial(requests, errorRate);
  const faults = usual + random.binomial(requests - usual, moreErrors);
  const count = requests - faults;
  const from = tailFrom(count);
  const tail = new Float64Array(from === 0 ? count : random.binomial(count, 1 - from));
  for (let at = 0; at < tail.length; at += 1) tail[at] = from + (1 - from) * random.uniform();
  return { requests, faults, crashes: random.binomial(usual, CRASH_SHARE), count, tail };
}

/** Where the kept tail begins: at least five standard deviations of its size below the p95. */
function tailFrom(count: number): number {
  if (count < 200) return 0;
  return count < 1000 ? 0.8 : 0.88;
}

function windows(all: readonly Minute[], sigma: number, medianMs: number): Release["canary"] {
  const known = new Map<number, Seen>(); // several watchers look at the same windows
  return (end, minutes) => {
    const key = end * 100 + minutes;
    const seen = known.get(key) ?? look(all.slice(HISTORY + end - minutes, HISTORY + end), sigma, medianMs);
    known.set(key, seen);
    return seen;
  };
}

function look(minutes: readonly Minute[], sigma: number, medianMs: number): Seen {
  const sum = (of: (minute: Minute) => number) => minutes.reduce((total, minute) => total + of(minute), 0);
  const count = sum((minute) => minute.count);
  return {
    requests: sum((minute) => minute.requests),
    faults: sum((minute) => minute.faults),
    crashes: sum((minute) => minute.crashes),
    latency: { count, p95: count === 0 ? null : medianMs * Math.exp(sigma * normalQuantile(upper95(minutes, count))) },
  };
}

/** The uniform that is the p95 of `count` values, of which the minutes keep the upper ones. */
function upper95(minutes: readonly Minute[], count: number): number {
  const kept = new Float64Array(minutes.reduce((total, { tail }) => total + tail.length, 0));
  let filled = 0;
  for (const { tail } of minutes) {
    kept.set(tail, filled);
    filled += tail.length;
  }
  const rank = percentileRank(count, 95) - (count - kept.length);
  return present(kept.sort()[rank], "the p95 among the kept latencies");
}
