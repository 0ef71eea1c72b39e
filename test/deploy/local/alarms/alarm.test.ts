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
  ["PR(:3)", 2 * 75],
  ["PR(:0.5)", 0],
  ["PR(1:3)", 2 * 50],
  ["PR(3:)", 2 * 25],
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

it("evaluates an alarm on one metric, without metric math", () => {
  const [, { MetricStat } = {}] = alarm("Sum").Metrics ?? [];
  const { Metric, Period } = Object(MetricStat);
  const own = { ...alarm("Sum"), Metrics: undefined, ...Metric, Period };
  const data = [datum(4), datum(8)];
  expect(evaluateAlarm({ ...own, Statistic: "Sum" }, data, LIVE)).toEqual({ state: "ALARM", value: 12, threshold: 10 });
  expect(evaluateAlarm({ ...own, ExtendedStatistic: "p50" }, data, LIVE).value).toBe(4);
});

it("lets an expression use another", () => {
  const [, metric] = alarm("Sum").Metrics ?? [];
  const Metrics = [
    { Id: "x", Expression: "y + 1" },
    { Id: "y", Expression: "2 * latency", ReturnData: false },
  ];
  const given = alarm("Sum", { Metrics: [...Metrics, ...(metric ? [metric] : [])] });
  expect(evaluateAlarm(given, [datum(3)], LIVE).value).toBe(7);
});

describe("an alarm of several periods", () => {
  const minutesAgo = (minutes: number, value: number) => datum(value, { timestampMs: NOW - minutes * 60_000 - 1000 });
  const state = (values: readonly (number | null)[], given: Partial<MetricAlarm>) => {
    const data = values.flatMap((value, minutes) => (value === null ? [] : [minutesAgo(minutes, value)]));
    return evaluateAlarm(alarm("Sum", { EvaluationPeriods: 3, ...given }), data, LIVE).state;
  };

  it("needs all of them to breach, or DatapointsToAlarm", () => {
    expect(state([9, 9, 9], {})).toBe("ALARM");
    expect(state([9, 1, 9], {})).toBe("OK");
    expect(state([1, 9, 9, 9], {})).toBe("OK");
    expect(state([1, 9, 9], { DatapointsToAlarm: 2 })).toBe("ALARM");
    expect(state([1, 1, 9, 9], { DatapointsToAlarm: 2 })).toBe("OK");
  });

  it("counts missing periods as it says", () => {
    expect(state([9, null, 9], { TreatMissingData: "breaching" })).toBe("ALARM");
    expect(state([9, null, 9], { TreatMissingData: "notBreaching" })).toBe("OK");
    expect(state([9, null, 9], { TreatMissingData: "notBreaching", DatapointsToAlarm: 2 })).toBe("ALARM");
    expect(state([null, null, null], {})).toBe("INSUFFICIENT_DATA");
    expect(() => state([9, null, 9], {})).toThrow("partly missing data with TreatMissingData missing");
  });
});

it("treats missing data as the alarm says", () => {
  const state = (TreatMissingData?: string) =>
    evaluateAlarm(alarm("Sum", TreatMissingData === undefined ? {} : { TreatMissingData }), [], LIVE).state;
  expect(state("notBreaching")).toBe("OK");
  expect(state("ignore")).toBe("INSUFFICIENT_DATA");
  const before = alarm("Sum", { TreatMissingData: "ignore", StateValue: "ALARM" });
  expect(evaluateAlarm(before, [], LIVE).state).toBe("ALARM");
  expect(state("breaching")).toBe("ALARM");
  expect(state("missing")).toBe("INSUFFICIENT_DATA");
  expect(state()).toBe("INSUFFICIENT_DATA");
});

it.each<[string, MetricAlarm]>([
  ["TreatMissingData maybe", alarm("Sum", { TreatMissingData: "maybe" })],
  ["an anomaly band", alarm("Sum", { ThresholdMetricId: "band" })],
  ["ComparisonOperator LessThanLowerThreshold", alarm("Sum", { ComparisonOperator: "LessThanLowerThreshold" })],
  ["statistic tm90", alarm("tm90")],
  ["statistic PR(700)", alarm("PR(700)")],
  ["alarm slow: without Metrics, MetricName undefined", alarm("Sum", { Metrics: undefined })],
  ["alarm slow: Threshold undefined", alarm("Sum", { Threshold: undefined })],
  ["alarm ?: EvaluationPeriods undefined", { ...alarm("Sum", { EvaluationPeriods: undefined }), AlarmName: undefined }],
  ["metric math", alarm("Sum", { Metrics: [{ Id: "x" }] })],
  [
    "a MetricStat needs Metric",
    alarm("Sum", { Metrics: [{ Id: "x", MetricStat: { Metric: {}, Period: 60, Stat: "Sum" } }] }),
  ],
  ["not 0", alarm("Sum", { Metrics: [] })],
  [
    "periods of 60 and 300 s",
    alarm("Sum", {
      Metrics: [
        ...(alarm("Sum").Metrics ?? []),
        { Id: "y", ReturnData: false, MetricStat: { Metric: {}, Period: 300, Stat: "Sum" } },
      ],
    }),
  ],
  ["no metric of the alarm", alarm("Sum", { Metrics: [{ Id: "x", Expression: "2 * y" }] })],
])("refuses what it does not know: %s", (named, unknown) => {
  expect(() => evaluateAlarm(unknown, [], LIVE)).toThrow(named);
});
