import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { evaluateAlarm, type MetricDatum } from "../../../../deploy/local/alarms/alarm";

const NOW = 1_000_000_000;
const LIVE = { nowMs: NOW, timeScale: 1 };

const datum = (value: number, given: Partial<MetricDatum> = {}): MetricDatum => ({
  namespace: "Serin",
  name: "Latency",
  dimensions: { service: "predict", FunctionVersion: "7" },
  value,
  timestampMs: NOW - 1000,
  ...given,
});

const alarm = (Stat: string, given: Partial<MetricAlarm> = {}): MetricAlarm => ({
  AlarmName: "slow",
  ComparisonOperator: "GreaterThanThreshold",
  Threshold: 10,
  EvaluationPeriods: 1,
  Metrics: [
    { Id: "twice", Expression: "2 * latency" },
    {
      Id: "latency",
      ReturnData: false,
      MetricStat: {
        Stat,
        Period: 60,
        Metric: {
          Namespace: "Serin",
          MetricName: "Latency",
          Dimensions: [
            { Name: "FunctionVersion", Value: "7" },
            { Name: "service", Value: "predict" },
          ],
        },
      },
    },
  ],
  ...given,
});

it.each([
  ["Sum", 2 * 10],
  ["SampleCount", 2 * 4],
  ["Average", 2 * 2.5],
  ["Minimum", 2],
  ["Maximum", 8],
  ["p50", 4],
  ["p75", 6],
  ["p95", 8],
])("computes %s", (stat, value) => {
  expect(
    evaluateAlarm(
      alarm(stat),
      [4, 1, 3, 2].map((one) => datum(one)),
      LIVE,
    ).value,
  ).toBe(value);
});

it("counts a metric only with its exact name, namespace and dimensions", () => {
  const others = [
    datum(99, { name: "Requests" }),
    datum(99, { namespace: "Other" }),
    datum(99, { dimensions: { service: "predict", FunctionVersion: "6" } }),
    datum(99, { dimensions: { service: "predict" } }),
    datum(99, { dimensions: { service: "predict", FunctionVersion: "7", stage: "prod" } }),
  ];
  expect(evaluateAlarm(alarm("Sum"), [...others, datum(1)], LIVE).value).toBe(2);
});

it("looks at one period that ends now, shortened by the time scale", () => {
  const data = [0, 2_999, 3_000, 59_999, 60_000, -1].map((ago) => datum(1, { timestampMs: NOW - ago }));
  expect(evaluateAlarm(alarm("SampleCount"), data, LIVE).value).toBe(2 * 4);
  expect(evaluateAlarm(alarm("SampleCount"), data, { nowMs: NOW, timeScale: 20 }).value).toBe(2 * 2);
});

it("is in ALARM beyond its threshold only, by its comparison", () => {
  const state = (value: number, ComparisonOperator: MetricAlarm["ComparisonOperator"]) =>
    evaluateAlarm(alarm("Sum", { ComparisonOperator }), [datum(value)], LIVE).state;
  expect(state(5, "GreaterThanThreshold")).toBe("OK");
  expect(state(5.01, "GreaterThanThreshold")).toBe("ALARM");
  expect(state(5, "GreaterThanOrEqualToThreshold")).toBe("ALARM");
  expect(state(4.9, "LessThanThreshold")).toBe("ALARM");
  expect(state(5, "LessThanOrEqualToThreshold")).toBe("ALARM");
});

it("treats missing data as the alarm says", () => {
  const state = (TreatMissingData?: string) =>
    evaluateAlarm(alarm("Sum", TreatMissingData === undefined ? {} : { TreatMissingData }), [], LIVE).state;
  expect(state("notBreaching")).toBe("OK");
  expect(state("breaching")).toBe("ALARM");
  expect(state("missing")).toBe("INSUFFICIENT_DATA");
  expect(state()).toBe("INSUFFICIENT_DATA");
});

it.each<[string, MetricAlarm]>([
  ["TreatMissingData ignore", alarm("Sum", { TreatMissingData: "ignore" })],
  ["EvaluationPeriods 5", alarm("Sum", { EvaluationPeriods: 5 })],
  ["ComparisonOperator LessThanLowerThreshold", alarm("Sum", { ComparisonOperator: "LessThanLowerThreshold" })],
  ["statistic tm90", alarm("tm90")],
  ["alarm slow: Metrics undefined", alarm("Sum", { Metrics: undefined })],
  ["alarm slow: Threshold undefined", alarm("Sum", { Threshold: undefined })],
  ["alarm ?: EvaluationPeriods 2", { ...alarm("Sum", { EvaluationPeriods: 2 }), AlarmName: undefined }],
  ["metric math", alarm("Sum", { Metrics: [{ Id: "x" }] })],
  [
    "a MetricStat needs Metric",
    alarm("Sum", { Metrics: [{ Id: "x", MetricStat: { Metric: {}, Period: 60, Stat: "Sum" } }] }),
  ],
  ["not 0", alarm("Sum", { Metrics: [] })],
  ["no metric of the alarm", alarm("Sum", { Metrics: [{ Id: "x", Expression: "2 * y" }] })],
])("refuses what it does not know: %s", (named, unknown) => {
  expect(() => evaluateAlarm(unknown, [], LIVE)).toThrow(named);
});
