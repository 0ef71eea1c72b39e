// Evaluates an alarm as CloudWatch does, over metric data that is in memory; time may be compressed.
import type { ComparisonOperator, MetricAlarm, MetricDataQuery, StateValue } from "@aws-sdk/client-cloudwatch";
import { type MetricDatum, queryValue, type Window } from "./metric-query";

export type { MetricDatum };

/** What an alarm says about one moment. */
export type AlarmState = StateValue;

export interface AlarmReading {
  readonly state: AlarmState;
  /** What is compared with the threshold in the newest period; null where data is missing. */
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
 * Evaluates an alarm over its last EvaluationPeriods periods, the newest of which ends now: CloudWatch does so every minute, so that
 * longer periods slide ("Alarm evaluation" in the Amazon CloudWatch User Guide).
 * @throws Error that names the property, function or statistic for which CloudWatch's behaviour is not known here.
 */
export function evaluateAlarm(alarm: MetricAlarm, data: readonly MetricDatum[], clock: Clock): AlarmReading {
  const { queries, returned, threshold, breaches, periods, needed } = readAlarm(alarm);
  const values = windows(queries, periods, clock).map((window) => queryValue(returned, queries, data, window));
  const breaching = values.map((value) => (value === null ? null : breaches(value, threshold)));
  return { state: stateOf(alarm, breaching, needed), value: values[0] ?? null, threshold };
}

function readAlarm(alarm: MetricAlarm) {
  const { Threshold: threshold, ComparisonOperator: operator, EvaluationPeriods: periods } = alarm;
  if (alarm.ThresholdMetricId !== undefined) throw unknown(alarm, "an anomaly band as threshold", "");
  const queries = alarm.Metrics ?? [ownMetric(alarm)];
  if (threshold === undefined) throw unknown(alarm, "Threshold", threshold);
  if (periods === undefined) throw unknown(alarm, "EvaluationPeriods", periods);
  const breaches = operator && BREACHES[operator];
  if (!breaches) throw unknown(alarm, "ComparisonOperator", operator);
  return {
    queries,
    returned: theReturned(queries),
    threshold,
    breaches,
    periods,
    needed: alarm.DatapointsToAlarm ?? periods,
  };
}

/** The metric of an alarm that has no metric math, as a query. */
function ownMetric(alarm: MetricAlarm): MetricDataQuery {
  const { MetricName, Namespace, Dimensions = [], Period, Statistic, ExtendedStatistic } = alarm;
  if (MetricName === undefined) throw unknown(alarm, "without Metrics, MetricName", MetricName);
  return {
    Id: "own",
    MetricStat: { Metric: { MetricName, Namespace, Dimensions }, Period, Stat: Statistic ?? ExtendedStatistic },
  };
}

/** The one query that returns data. */
function theReturned(queries: readonly MetricDataQuery[]): MetricDataQuery {
  const returned = queries.filter(({ ReturnData }) => ReturnData !== false);
  const [query] = returned;
  if (!query || returned.length > 1) throw new Error(`an alarm has one query with ReturnData, not ${returned.length}`);
  return query;
}

/** The evaluated periods, the newest first. All metrics of an alarm here have one period. */
function windows(queries: readonly MetricDataQuery[], count: number, { nowMs, timeScale }: Clock): Window[] {
  const periods = new Set(queries.flatMap(({ MetricStat }) => MetricStat?.Period ?? []));
  if (periods.size > 1) throw new Error(`metrics with periods of ${[...periods].join(" and ")} s are not known here`);
  const lengthMs = ([...periods].at(0) ?? 0) * (1000 / timeScale);
  return Array.from({ length: count }, (_, at) => ({
    afterMs: nowMs - (at + 1) * lengthMs,
    untilMs: nowMs - at * lengthMs,
  }));
}

/** @param breaching - Of each evaluated period; null where data is missing. */
function stateOf(alarm: MetricAlarm, breaching: readonly (boolean | null)[], needed: number): AlarmState {
  const { TreatMissingData: treatment = "missing" } = alarm;
  const count = (state: boolean | null) => breaching.filter((one) => one === state).length;
  if (count(null) === breaching.length) return stateWithoutData(alarm, treatment);
  if (count(null) > 0 && treatment !== "breaching" && treatment !== "notBreaching")
    throw unknown(alarm, `partly missing data with TreatMissingData`, treatment);
  return count(true) + (treatment === "breaching" ? count(null) : 0) >= needed ? "ALARM" : "OK";
}

function stateWithoutData(alarm: MetricAlarm, treatment: string): AlarmState {
  if (treatment === "notBreaching") return "OK";
  if (treatment === "breaching") return "ALARM";
  if (treatment === "missing") return "INSUFFICIENT_DATA";
  if (treatment === "ignore") return alarm.StateValue ?? "INSUFFICIENT_DATA";
  throw unknown(alarm, "TreatMissingData", treatment);
}

function unknown(alarm: MetricAlarm, property: string, value: unknown): Error {
  return new Error(`alarm ${alarm.AlarmName ?? "?"}: ${property} ${String(value)} is not known here`);
}
