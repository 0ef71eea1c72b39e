// The judge of a release: measurements of canary and stable version in; pass, fail or inconclusive out, with the reasons.
//
// Errors:   fail when the canary's faults / requests > maxErrorRate, with at least minFaults of them; inconclusive below minSamples
//           requests, or above the rate by fewer faults, or when the stable version itself is above that rate or unmeasured:
//           where the service is ill, a healthy canary proves little.
// Latency:  fail when p95 canary / p95 stable > maxLatencyRatio; inconclusive below minSamples compared latencies on either side.
// Accuracy: (where both sides answered the golden set) fail when the whole interval of the paired difference is below 0.
// Any fail is a fail; else any inconclusive is inconclusive; else it is a pass. A value equal to its limit passes.
// The alarms of deploy/canary.yml are in ALARM exactly where errors or latency fail.
import { type Discordance, pairedDifferenceInterval } from "./paired-difference";
import { percentile } from "./percentile";
import { RULE, type Rule } from "./rule";

export type Verdict = "pass" | "fail" | "inconclusive";

/** What was measured on one version. */
export interface Side {
  readonly requests: number;
  /** Requests answered with 5xx, or not at all. */
  readonly faults: number;
  /** Of answers 200 that were neither cache hits nor a sandbox's first request. */
  readonly latenciesMs: readonly number[];
}

/** Right or wrong by golden row, paired; only rows that both sides answered. */
export interface Answers {
  readonly canary: readonly boolean[];
  readonly stable: readonly boolean[];
  /** Rows with another label than the stable version's, right or wrong. */
  readonly changed: number;
}

/** What one criterion says. */
export interface Finding {
  readonly criterion: "errors" | "latency" | "accuracy";
  readonly verdict: Verdict;
  /** Error rate, p95 ratio, or accuracy difference (canary - stable); null where it could not be measured. */
  readonly value: number | null;
  readonly limit: number;
  readonly interval?: readonly [low: number, high: number];
  /** One sentence for the deployment's record. */
  readonly reason: string;
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  /** Share of golden rows whose label changed; null without answers. */
  readonly changedAnswers: number | null;
}

/**
 * Judges a release by the rule.
 * @throws RangeError for what no measurement can be: negative, fractional or unfinished numbers, more faults than requests.
 */
export function judge(canary: Side, stable: Side, answers?: Answers, rule: Rule = RULE): Judgement {
  checkSide("canary", canary);
  checkSide("stable", stable);
  if (answers) checkAnswers(answers);
  const findings = [
    judgeErrors(canary, stable, rule),
    judgeLatency(canary, stable, rule),
    ...(answers ? [judgeAccuracy(answers, rule)] : []),
  ];
  const rows = answers?.canary.length ?? 0;
  return { verdict: worst(findings), findings, changedAnswers: answers && rows > 0 ? answers.changed / rows : null };
}

/** Faults per request; null below the rule's number of samples. */
export function errorRate(
  { requests, faults }: Pick<Side, "requests" | "faults">,
  { minSamples }: Rule,
): number | null {
  return requests >= minSamples && requests > 0 ? faults / requests : null;
}

/** Whether the canary's faults are beyond the rule's rate, and too many to be chance. */
export function failsTooMuch(canary: Pick<Side, "requests" | "faults">, rule: Rule): boolean {
  return (errorRate(canary, rule) ?? 0) > rule.maxErrorRate && canary.faults >= rule.minFaults;
}

/** Compared latencies in brief: how many, and their p95 in ms. */
export interface LatencySummary {
  readonly count: number;
  readonly p95: number | null;
}

/** The canary's p95 over the stable version's; null below the rule's number of samples on either side. */
export function latencyRatio(canary: LatencySummary, stable: LatencySummary, { minSamples }: Rule): number | null {
  if (canary.count < minSamples || stable.count < minSamples) return null;
  return canary.p95 !== null && stable.p95 !== null && stable.p95 > 0 ? canary.p95 / stable.p95 : null;
}

function judgeErrors(canary: Side, stable: Side, rule: Rule): Finding {
  const value = errorRate(canary, rule);
  const base = errorRate(stable, rule);
  const found = (verdict: Verdict, reason: string): Finding => ({
    criterion: "errors",
    verdict,
    value,
    limit: rule.maxErrorRate,
    reason,
  });
  const told = `${canary.faults} of the canary's ${canary.requests} requests failed`;
  if (value === null) return found("inconclusive", `${told}; at least ${rule.minSamples} requests are needed.`);
  if (failsTooMuch(canary, rule)) return found("fail", `${told}, more than ${percent(rule.maxErrorRate)}.`);
  if (value > rule.maxErrorRate)
    return found(
      "inconclusive",
      `${told}, more than ${percent(rule.maxErrorRate)}; fewer than ${rule.minFaults} may be chance.`,
    );
  if (base === null)
    return found(
      "inconclusive",
      `The stable version answered only ${stable.requests} requests: nothing to compare with.`,
    );
  if (base > rule.maxErrorRate)
    return found("inconclusive", `The stable version itself fails ${percent(base)}: nothing to compare with.`);
  return found("pass", `${told}, at most ${percent(rule.maxErrorRate)}.`);
}

function judgeLatency(canary: Side, stable: Side, rule: Rule): Finding {
  const [of, to] = [summary(canary), summary(stable)];
  const value = latencyRatio(of, to, rule);
  const found = (verdict: Verdict, reason: string): Finding => ({
    criterion: "latency",
    verdict,
    value,
    limit: rule.maxLatencyRatio,
    reason,
  });
  if (value === null)
    return found(
      "inconclusive",
      `${of.count} latencies of the canary and ${to.count} of the stable version can be compared; ` +
        `at least ${rule.minSamples} of each, above 0 ms, are needed.`,
    );
  const told = `The canary's p95 is ${ms(of.p95)}, the stable version's ${ms(to.p95)}: ${value.toFixed(2)} times`;
  return value > rule.maxLatencyRatio
    ? found("fail", `${told}, more than ${rule.maxLatencyRatio}.`)
    : found("pass", `${told}, at most ${rule.maxLatencyRatio}.`);
}

function judgeAccuracy(answers: Answers, rule: Rule): Finding {
  const counts = discordance(answers);
  const enough = counts.rows >= rule.minAnswers;
  const value = enough ? (counts.gained - counts.lost) / counts.rows : null;
  const found = (verdict: Verdict, reason: string, interval?: Finding["interval"]): Finding => ({
    criterion: "accuracy",
    verdict,
    value,
    limit: 0,
    ...(interval && { interval }),
    reason,
  });
  if (value === null)
    return found(
      "inconclusive",
      `Both versions answered ${counts.rows} golden rows; at least ${rule.minAnswers} are needed.`,
    );
  const interval = pairedDifferenceInterval(counts, rule.accuracyZ);
  const told = `The canary is right on ${counts.gained} golden rows where the stable version is wrong, and wrong on ${counts.lost} where that is right`;
  return interval[1] < 0
    ? found("fail", `${told}: ${points(-value)} points less accurate, more than noise.`, interval)
    : found("pass", `${told}: ${points(value)} points, not worse beyond noise.`, interval);
}

function summary({ latenciesMs }: Side): LatencySummary {
  return { count: latenciesMs.length, p95: percentile(latenciesMs, 95) };
}

function discordance({ canary, stable }: Answers): Discordance {
  const gained = canary.filter((right, row) => right && stable[row] === false).length;
  const lost = canary.filter((right, row) => !right && stable[row] === true).length;
  return { rows: canary.length, gained, lost };
}

function worst(findings: readonly Finding[]): Verdict {
  const verdicts = findings.map(({ verdict }) => verdict);
  if (verdicts.includes("fail")) return "fail";
  return verdicts.includes("inconclusive") ? "inconclusive" : "pass";
}

function checkSide(name: string, { requests, faults, latenciesMs }: Side): void {
  checkCount(`${name}.requests`, requests);
  checkCount(`${name}.faults`, faults);
  if (faults + latenciesMs.length > requests)
    throw new RangeError(`${name} has ${faults} faults and ${latenciesMs.length} latencies in ${requests} requests`);
  const wrong = latenciesMs.find((value) => !(Number.isFinite(value) && value >= 0));
  if (wrong !== undefined) throw new RangeError(`${name}.latenciesMs has ${wrong}; a latency is a number of ms >= 0`);
}

function checkAnswers({ canary, stable, changed }: Answers): void {
  if (canary.length !== stable.length)
    throw new RangeError(`answers: ${canary.length} rows of the canary, ${stable.length} of the stable version`);
  checkCount("answers.changed", changed);
  if (changed > canary.length) throw new RangeError(`answers.changed is ${changed} of ${canary.length} rows`);
}

function checkCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${name} is ${value}; it is a whole number >= 0`);
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

function points(share: number): string {
  return (share * 100).toFixed(1);
}

function ms(value: number | null): string {
  return `${value?.toFixed(1) ?? "?"} ms`;
}
