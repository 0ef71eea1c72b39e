// What a comparison says of a release: the judge's findings, and what keeps them from saying enough.
import { type Answers, errorRate, type Finding, judge, type Side } from "../judge";
import { RULE } from "../rule";
import { type Comparison, isDead, type Sample } from "./compare";
import type { GoldenRow } from "./golden";
import type { QualificationRecord } from "./record";

export type Assessment = Pick<
  QualificationRecord,
  "verdict" | "reasons" | "p95Ratio" | "errorRate" | "accuracyDifference" | "accuracyInterval" | "changedAnswers"
>;

/** Share of a side's answers that may lack their metrics: a log tail can come late, but not as a rule. */
const MAX_UNMEASURED = 0.2;
/** A first release that is right less often is broken rather than weak: guessing gives a third. */
const MIN_ACCURACY_ALONE = 0.5;

/** The numbers of a release that was not compared. */
export const UNMEASURED = {
  p95Ratio: null,
  errorRate: null,
  accuracyDifference: null,
  accuracyInterval: null,
  changedAnswers: null,
};

/** Compares the two sides. */
export function assess({ samples: { canary, stable }, stopped }: Comparison, rows: readonly GoldenRow[]): Assessment {
  if (isDead(canary)) return deadCanary(canary, stable);
  if (isDead(stable)) {
    const reason = `The stable version fails everything (${failures(stable)}): nothing to compare with.`;
    return { ...UNMEASURED, verdict: "inconclusive", reasons: [reason] };
  }
  const judged = judge(sideOf(canary), sideOf(stable), answersOf(canary, stable, rows));
  const doubts = [...unmeasured("canary", canary), ...unmeasured("stable version", stable)];
  return {
    ...numbersOf(judged.findings),
    changedAnswers: judged.changedAnswers,
    verdict: judged.verdict === "pass" && doubts.length > 0 ? "inconclusive" : judged.verdict,
    reasons: [
      ...judged.findings.map(({ reason }) => reason),
      ...doubts,
      ...failed("canary", canary),
      ...failed("stable version", stable),
      ...early(stopped, canary),
    ],
  };
}

/** Judges a canary by itself, where there is no stable version. */
export function assessAlone({ samples: { canary }, stopped }: Comparison, rows: readonly GoldenRow[]): Assessment {
  if (isDead(canary)) return deadCanary(canary);
  const rate = errorRate(sideOf(canary), RULE);
  const doubts = unmeasured("canary", canary);
  const right = canary.filter(({ row, answer }) => answer.sentiment === rows[row]?.label).length;
  const told = `There is no stable version to compare with. The canary answered ${right} of ${canary.length} requests rightly`;
  return {
    ...UNMEASURED,
    errorRate: rate,
    verdict: verdictAlone(rate, right / canary.length, doubts),
    reasons: [
      `${told}; at least ${RULE.minSamples} requests, half of them answered rightly and at most ${RULE.maxErrorRate * 100} % failed, are needed.`,
      ...doubts,
      ...failed("canary", canary),
      ...early(stopped, canary),
    ],
  };
}

function verdictAlone(errorRate: number | null, accuracy: number, doubts: readonly string[]): Assessment["verdict"] {
  if (errorRate === null) return "inconclusive";
  if (errorRate > RULE.maxErrorRate || accuracy < MIN_ACCURACY_ALONE) return "fail";
  return doubts.length > 0 ? "inconclusive" : "pass";
}

/** Fails even where the stable version is dead too, as it would by the judge's rule. */
function deadCanary(canary: readonly Sample[], stable: readonly Sample[] = []): Assessment {
  const reason = `The canary failed each of its first ${canary.length} requests (${failures(canary)}).`;
  return { ...UNMEASURED, errorRate: 1, verdict: "fail", reasons: [reason, ...failed("stable version", stable)] };
}

function sideOf(samples: readonly Sample[]): Side {
  return {
    requests: samples.length,
    faults: samples.filter(isFault).length,
    latenciesMs: samples
      .filter((sample) => !isFault(sample))
      .flatMap(({ answer }) => answer.metrics?.comparedLatencyMs ?? []),
  };
}

function isFault({ answer: { failure, metrics } }: Sample): boolean {
  return failure !== undefined || (metrics?.faults ?? 0) > 0;
}

/** The first answer of each side to every row that both answered. */
function answersOf(canary: readonly Sample[], stable: readonly Sample[], rows: readonly GoldenRow[]): Answers {
  const [ofCanary, ofStable] = [labels(canary), labels(stable)];
  const both = [...rows.entries()].flatMap(([row, { label }]) => {
    const [c, s] = [ofCanary.get(row), ofStable.get(row)];
    return c !== undefined && s !== undefined ? [{ canary: c === label, stable: s === label, changed: c !== s }] : [];
  });
  return {
    canary: both.map(({ canary: right }) => right),
    stable: both.map(({ stable: right }) => right),
    changed: both.filter(({ changed }) => changed).length,
  };
}

function labels(samples: readonly Sample[]): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const { row, answer } of samples) {
    if (answer.sentiment !== undefined && !found.has(row)) found.set(row, answer.sentiment);
  }
  return found;
}

function numbersOf(findings: readonly Finding[]): Omit<Assessment, "verdict" | "reasons" | "changedAnswers"> {
  const of = (criterion: Finding["criterion"]) => findings.find((finding) => finding.criterion === criterion);
  return {
    p95Ratio: of("latency")?.value ?? null,
    errorRate: of("errors")?.value ?? null,
    accuracyDifference: of("accuracy")?.value ?? null,
    accuracyInterval: of("accuracy")?.interval ?? null,
  };
}

function unmeasured(name: string, samples: readonly Sample[]): string[] {
  const answered = samples.filter(({ answer }) => answer.failure === undefined);
  const missing = answered.filter(({ answer }) => answer.metrics === undefined).length;
  if (missing <= answered.length * MAX_UNMEASURED) return [];
  return [
    `Metrics missing: ${missing} of the ${name}'s ${answered.length} answers have no EMF line in their log tail.`,
  ];
}

function failed(name: string, samples: readonly Sample[]): string[] {
  const found = failures(samples);
  return found === "" ? [] : [`The ${name}'s failures: ${found}.`];
}

/** The three most frequent ones: `12 x 503 model_unavailable, 1 x crash Runtime.ExitError`. */
function failures(samples: readonly Sample[]): string {
  const counts = new Map<string, number>();
  for (const { answer } of samples) {
    if (answer.failure !== undefined) counts.set(answer.failure, (counts.get(answer.failure) ?? 0) + 1);
  }
  const byCount = [...counts].sort(([, a], [, b]) => b - a).slice(0, 3);
  return byCount.map(([failure, count]) => `${count} x ${failure}`).join(", ");
}

function early(stopped: Comparison["stopped"], canary: readonly Sample[]): string[] {
  return stopped === "deadline" ? [`The time ran out after ${canary.length} requests to the canary.`] : [];
}
