// Evaluates an alarm on metric math as CloudWatch does, over metric data that is in memory; time may be compressed.
import type { ComparisonOperator, MetricAlarm, MetricDataQuery, MetricStat } from "@aws-sdk/client-cloudwatch";
import { compile } from "./metric-math";
import { statistic } from "./statistics";

/** One measured value. */
export interface MetricDatum {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  readonly timestampMs: number;
}

/** What an alarm says about one moment. */
export interface AlarmReading {
  readonly state: "OK" | "ALARM" | "INSUFFICIENT_DATA";
  /** What is compared with the threshold; null where data is missing. */
  readonly value: number | null;
  readonly threshold: number;
}

interface Clock {
  readonly nowMs: number;
  /** How many times faster than life: 20 makes a period of 300 s one of 15 s. */
  readonly timeScale: number;
}

const BREACHES: Readonly<Partial<Record<ComparisonOperator, (value: number, threshold: number) => boolean>>> = {
  GreaterThanThreshold: (value, threshold) => value > threshold,
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

/**
 * Evaluates an alarm of one evaluation period over the period that ends now.
 * @throws Error that names the property, function or statistic for which CloudWatch's behaviour is not known here.
 */
export function evaluateAlarm(alarm: MetricAlarm, data: readonly MetricDatum[], clock: Clock): AlarmReading {
  const { queries, threshold, breaches } = readAlarm(alarm);
  const value = returnedValue(queries, data, clock);
  if (value === null) return { state: stateWithoutData(alarm), value, threshold };
  return { state: breaches(value, threshold) ? "ALARM" : "OK", value, threshold };
}

function readAlarm(alarm: MetricAlarm) {
  const { Metrics: queries, Threshold: threshold, ComparisonOperator: operator } = alarm;
  if (!queries) throw unknown(alarm, "Metrics", undefined);
  if (threshold === undefined) throw unknown(alarm, "Threshold", threshold);
  if (alarm.EvaluationPeriods !== 1) throw unknown(alarm, "EvaluationPeriods", alarm.EvaluationPeriods);
  const breaches = operator && BREACHES[operator];
  if (!breaches) throw unknown(alarm, "ComparisonOperator", operator);
  return { queries, threshold, breaches };
}

/** The value of the one query that returns data. */
function returnedValue(queries: readonly MetricDataQuery[], data: readonly MetricDatum[], clock: Clock): number | null {
  const returned = queries.filter(({ ReturnData }) => ReturnData !== false);
  const [query] = returned;
  if (!query || returned.length > 1) throw new Error(`an alarm has one query with ReturnData, not ${returned.length}`);
  return queryValue(query, queries, data, clock);
}

function queryValue(
  query: MetricDataQuery,
  queries: readonly MetricDataQuery[],
  data: readonly MetricDatum[],
  clock: Clock,
): number | null {
  if (query.MetricStat) return metricValue(query.MetricStat, data, clock);
  const { Expression: expression = "" } = query;
  return compile(expression)((id) => {
    const other = queries.find(({ Id }) => Id === id);
    if (!other?.MetricStat) throw new Error(`\`${expression}\` uses ${id}, which is no metric of the alarm`);
    return metricValue(other.MetricStat, data, clock);
  });
}

function metricValue(stat: MetricStat, data: readonly MetricDatum[], { nowMs, timeScale }: Clock): number | null {
  const { Metric: metric, Period: seconds, Stat: name } = stat;
  if (!metric?.Dimensions || !seconds || !name)
    throw new Error("a MetricStat needs Metric with Dimensions, Period and Stat");
  const wanted = metric.Dimensions.map(({ Name, Value }) => [Name, Value] as const);
  const from = nowMs - (seconds * 1000) / timeScale;
  const matches = (datum: MetricDatum) =>
    datum.timestampMs > from &&
    datum.timestampMs <= nowMs &&
    datum.name === metric.MetricName &&
    datum.namespace === metric.Namespace &&
    Object.keys(datum.dimensions).length === wanted.length &&
    wanted.every(([dimension, value]) => dimension !== undefined && datum.dimensions[dimension] === value);
  return statistic(
    name,
    data.filter(matches).map(({ value }) => value),
  );
}

function stateWithoutData(alarm: MetricAlarm): AlarmReading["state"] {
  if (alarm.TreatMissingData === "notBreaching") return "OK";
  if (alarm.TreatMissingData === "breaching") return "ALARM";
  if (alarm.TreatMissingData === undefined || alarm.TreatMissingData === "missing") return "INSUFFICIENT_DATA";
  throw unknown(alarm, "TreatMissingData", alarm.TreatMissingData);
}

function unknown(alarm: MetricAlarm, property: string, value: unknown): Error {
  return new Error(`alarm ${alarm.AlarmName ?? "?"}: ${property} ${String(value)} is not known here`);
}
