// The value of a CloudWatch metric, or of metric math on metrics, in one period.
import type { MetricDataQuery, MetricStat } from "@aws-sdk/client-cloudwatch";
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

/** One period, its end included. */
export interface Window {
  readonly afterMs: number;
  readonly untilMs: number;
}

/**
 * The value of a query; null where data is missing.
 * @param queries - All queries of the alarm: those that an expression may use, by their Id.
 */
export function queryValue(
  query: MetricDataQuery,
  queries: readonly MetricDataQuery[],
  data: readonly MetricDatum[],
  window: Window,
): number | null {
  if (query.MetricStat) return metricValue(query.MetricStat, data, window);
  const { Expression: expression = "" } = query;
  return compile(expression)((id) => {
    const other = queries.find(({ Id }) => Id === id);
    if (!other) throw new Error(`\`${expression}\` uses ${id}, which is no metric of the alarm`);
    return queryValue(other, queries, data, window);
  });
}

function metricValue(stat: MetricStat, data: readonly MetricDatum[], { afterMs, untilMs }: Window): number | null {
  const { Metric: metric, Period: seconds, Stat: name } = stat;
  if (!metric?.Dimensions || !seconds || !name)
    throw new Error("a MetricStat needs Metric with Dimensions, Period and Stat");
  const wanted = metric.Dimensions.map(({ Name, Value }) => [Name, Value] as const);
  const matches = (datum: MetricDatum) =>
    datum.timestampMs > afterMs &&
    datum.timestampMs <= untilMs &&
    datum.name === metric.MetricName &&
    datum.namespace === metric.Namespace &&
    Object.keys(datum.dimensions).length === wanted.length &&
    wanted.every(([dimension, value]) => dimension !== undefined && datum.dimensions[dimension] === value);
  const values = data.filter(matches).map(({ value }) => value);
  return statistic(name, values);
}
