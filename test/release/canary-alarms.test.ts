// Judge and alarms are one rule in two languages: the template's own alarms, evaluated, decide as the judge does.
import path from "node:path";
import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import fc from "fast-check";
import { evaluateAlarm, type MetricDatum } from "../../deploy/local/alarms/alarm";
import { ROOT } from "../../deploy/root";
import { judge, type Side } from "../../src/release/judge";
import { RULE, WINDOW_SECONDS } from "../../src/release/rule";

interface ResourceFile {
  readonly Resources: Readonly<Record<string, { readonly Properties: unknown }>>;
}

const readYaml = jest.requireActual<(file: string) => Promise<ResourceFile>>("serverless/lib/configuration/read.js");

const STAGE = "prod";
const CANARY = "7";
const STABLE = "6";
const FUNCTION = "serin-prod-predict";
const NOW = 1_000_000_000;

/** The two alarms, read as osls reads them, with the stage and the versions put in. */
async function readAlarms(): Promise<{ errors: MetricAlarm; latency: MetricAlarm }> {
  const { Resources } = await readYaml(path.join(ROOT, "deploy", "canary.yml"));
  const resolve = (_: string, value: unknown) => {
    const { Ref, "Fn::GetAtt": attribute, "Fn::Sub": sub } = Object(value);
    if (Ref === "StableVersion") return STABLE;
    if (Ref === "PredictLambdaFunction") return FUNCTION;
    if (sub === "${PredictLambdaFunction}:live") return `${FUNCTION}:live`;
    if (value === "${sls:stage}") return STAGE;
    return [attribute].flat().join(".") === "PredictLambdaVersion.Version" ? CANARY : value;
  };
  const alarm = (name: string) => JSON.parse(JSON.stringify(Resources[name]?.Properties), resolve);
  return { errors: alarm("CanaryErrorsAlarm"), latency: alarm("CanaryLatencyAlarm") };
}

let alarms: { errors: MetricAlarm; latency: MetricAlarm };
beforeAll(async () => {
  alarms = await readAlarms();
});

/** What the handler's metric lines say of a side. */
function metricsOf(version: string, { requests, faults, latenciesMs }: Side): MetricDatum[] {
  const datum = (name: string, value: number): MetricDatum => ({
    namespace: "Serin",
    name,
    dimensions: { service: "predict", stage: STAGE, FunctionVersion: version },
    value,
    timestampMs: NOW,
  });
  return [
    ...Array.from({ length: requests }, (_, at) => [datum("Requests", 1), datum("Faults", at < faults ? 1 : 0)]).flat(),
    ...latenciesMs.map((value) => datum("ComparedLatency", value)),
  ];
}

function decisions(canary: Side, stable: Side) {
  const data = [...metricsOf(CANARY, canary), ...metricsOf(STABLE, stable)];
  const { findings } = judge(canary, stable);
  const state = (alarm: MetricAlarm) => evaluateAlarm(alarm, data, { nowMs: NOW, timeScale: 1 }).state;
  const fails = (criterion: string) => findings.some((one) => one.criterion === criterion && one.verdict === "fail");
  return {
    alarms: { errors: state(alarms.errors), latency: state(alarms.latency) },
    judge: { errors: fails("errors") ? "ALARM" : "OK", latency: fails("latency") ? "ALARM" : "OK" },
  };
}

/** A side of about as many samples as the gate asks, with latencies around `medianMs`. */
const sides = (medianMs: number) =>
  fc
    .record({
      compared: fc.oneof(fc.integer({ min: 0, max: 260 }), fc.integer({ min: 97, max: 103 })),
      uncompared: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 })),
      faults: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 30 })),
      scale: fc.double({ min: 0.8, max: 1.6, noNaN: true }),
      seed: fc.nat(),
    })
    .map(
      ({ compared, uncompared, faults, scale, seed }): Side => ({
        requests: compared + uncompared + faults,
        faults,
        latenciesMs: Array.from(
          { length: compared },
          (_, at) => scale * medianMs * (0.5 + (((at + 1) * (seed + 7)) % 1009) / 1009),
        ),
      }),
    );

it("decides alike on any samples of both sides", () => {
  const decided = { ALARM: 0, OK: 0 };
  fc.assert(
    fc.property(sides(120), sides(100), (canary, stable) => {
      const { alarms: byAlarms, judge: byJudge } = decisions(canary, stable);
      expect(byAlarms).toEqual(byJudge);
      decided[byAlarms.latency === "ALARM" || byAlarms.errors === "ALARM" ? "ALARM" : "OK"] += 1;
    }),
    { numRuns: 300 },
  );
  expect(Math.min(decided.ALARM, decided.OK)).toBeGreaterThan(30); // else this has compared nothing
});

const even = (compared: number, ms: number, faults = 0, requests = compared + faults): Side => ({
  requests,
  faults,
  latenciesMs: Array.from({ length: compared }, () => ms),
});

/** Crashes of the canary that a user's request met: no metric line of the handler tells of them. */
const crashed = (times: number): MetricDatum[] =>
  Array.from({ length: times }, () => ({
    namespace: "AWS/Lambda",
    name: "Errors",
    dimensions: { FunctionName: FUNCTION, Resource: `${FUNCTION}:live`, ExecutedVersion: CANARY },
    value: 1,
    timestampMs: NOW,
  }));

it.each<[string, readonly MetricDatum[], "ALARM" | "OK"]>([
  ["nothing but crashes", crashed(100), "ALARM"],
  ["3 % crashes", [...metricsOf(CANARY, even(194, 100)), ...crashed(6)], "ALARM"],
  ["crashes and faults, 3 % together", [...metricsOf(CANARY, even(194, 100, 3)), ...crashed(3)], "ALARM"],
  ["a few crashes in many requests", [...metricsOf(CANARY, even(394, 100)), ...crashed(6)], "OK"],
])("sees what the handler cannot tell: %s", (_, data, expected) => {
  expect(evaluateAlarm(alarms.errors, data, { nowMs: NOW, timeScale: 1 }).state).toBe(expected);
});

it.each<[string, Side, Side, "errors" | "latency", "ALARM" | "OK"]>([
  ["exactly 2 % errors", even(245, 100, 5), even(200, 100), "errors", "OK"],
  ["one fault more", even(244, 100, 6), even(200, 100), "errors", "ALARM"],
  ["many errors, but a fault too few", even(96, 100, 4), even(200, 100), "errors", "OK"],
  ["exactly enough faults", even(95, 100, 5), even(200, 100), "errors", "ALARM"],
  ["one request too few", even(89, 100, 10), even(200, 100), "errors", "OK"],
  ["exactly enough requests", even(90, 100, 10), even(200, 100), "errors", "ALARM"],
  ["an ill stable version", even(90, 100, 10), even(150, 100, 50), "errors", "ALARM"],
  ["exactly 1.3 times the p95", even(100, 130), even(100, 100), "latency", "OK"],
  ["a little more", even(100, 130.0001), even(100, 100), "latency", "ALARM"],
  ["a latency too few of the canary", even(99, 200), even(100, 100), "latency", "OK"],
  ["a latency too few of the stable version", even(100, 200), even(99, 100), "latency", "OK"],
  ["no metrics of the canary", even(0, 0), even(200, 100), "latency", "OK"],
  ["no metrics of the stable version", even(200, 100), even(0, 0), "latency", "OK"],
  ["a stable p95 of 0 ms", even(200, 100), even(200, 0), "latency", "OK"],
])("decides alike at the edge: %s", (_, canary, stable, criterion, expected) => {
  const found = decisions(canary, stable);
  expect(found.alarms).toEqual(found.judge);
  expect(found.alarms[criterion]).toBe(expected);
});

it("has one window in all metrics, that of the simulation, and a link to its runbook", () => {
  for (const { Metrics, AlarmDescription, Threshold, EvaluationPeriods } of Object.values(alarms)) {
    const periods = (Metrics ?? []).flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Period] : []));
    expect(new Set(periods)).toEqual(new Set([WINDOW_SECONDS]));
    expect(AlarmDescription).toContain("runbooks/canary-rolled-back.md");
    expect(EvaluationPeriods).toBe(1);
    expect([RULE.maxErrorRate, RULE.maxLatencyRatio]).toContain(Threshold);
  }
});
