// Runs the checks against one API and measures its latency.
import { randomUUID } from "node:crypto";
import { percentile } from "../../src/release/percentile";
import { type Api, TimeoutError } from "./api";
import { accepted, CHECKS, CheckFailed } from "./checks";

/** The SLO: 95 % of requests within so many ms. */
export const SLO_P95_MS = 700;

/** How a check went. */
export interface Outcome {
  readonly name: string;
  readonly ok: boolean;
  /** What was seen, or what was wrong. */
  readonly detail: string;
}

/** What `--json` prints; times in ms. */
export interface SmokeReport {
  readonly ok: boolean;
  readonly checks: readonly Outcome[];
  readonly latency: {
    /** Those that were answered. */
    readonly requests: number;
    /** null when none was. */
    readonly p50: number | null;
    readonly p95: number | null;
    readonly slo: number;
  };
}

export interface SmokeOptions {
  /** Calls to measure latency with. */
  readonly requests: number;
  /** A p95 above fails; without it, p95 is only reported. */
  readonly maxP95?: number;
  /** How long to wait for a model that is starting. */
  readonly warmUpMs: number;
}

/** @throws UserError when there is no connection. */
export async function smoke(api: Api, { requests, maxP95, warmUpMs }: SmokeOptions): Promise<SmokeReport> {
  const checks = [await outcomeOf("the model is awake", async () => `at call ${await api.warmUp(warmUpMs)}`)];
  for (const { name, run } of CHECKS) checks.push(await outcomeOf(name, () => run(api)));
  const times: number[] = [];
  checks.push(await outcomeOf("latency", () => measure(api, requests, times, maxP95)));
  const latency = { requests: times.length, p50: percentile(times, 50), p95: percentile(times, 95), slo: SLO_P95_MS };
  return { ok: checks.every(({ ok }) => ok), checks, latency };
}

/** An API that cannot be reached at all is not caught here: no other check would tell more. */
async function outcomeOf(name: string, check: () => Promise<string>): Promise<Outcome> {
  try {
    return { name, ok: true, detail: await check() };
  } catch (error) {
    if (error instanceof CheckFailed || error instanceof TimeoutError)
      return { name, ok: false, detail: error.message };
    throw error;
  }
}

/** One call after another, each with a text of its own, so that no answer comes from the cache. @param times - Filled. */
async function measure(
  api: Api,
  requests: number,
  times: number[],
  maxP95 = Number.POSITIVE_INFINITY,
): Promise<string> {
  const run = randomUUID();
  for (let call = 1; call <= requests; call += 1) {
    const { ms } = await accepted(api, `The delivery came on time, and the box was intact. ${run} ${call}`);
    times.push(ms);
  }
  const p95 = percentile(times, 95) ?? 0;
  const seen = `p95 of ${requests} calls ${p95.toFixed(0)} ms, SLO ${SLO_P95_MS} ms`;
  if (p95 > maxP95) throw new CheckFailed(`${seen}, limit ${maxP95} ms`);
  return seen;
}
