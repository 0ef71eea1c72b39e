// A widget's metrics as queries: rows of names and values become what the CloudWatch API asks for.
import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import type { MetricDatum } from "../alarms/alarm";
import { present } from "../present";
import type { MetricWidget, Rendered } from "./body";
import { type Metric, readSearch } from "./search";

/** A query, and how its values are shown; of those that are not shown others are computed. */
export interface Query {
  readonly query: MetricDataQuery;
  readonly label: string;
  readonly color?: string;
  readonly isShown: boolean;
}

/**
 * The queries of a widget, a search replaced by one for each metric that it finds.
 * @param data - Where a search looks.
 * @throws Error for a row or a search that is not known here.
 */
export function queriesOf({ properties }: MetricWidget, data: readonly MetricDatum[]): Query[] {
  const { metrics, period, stat: common = "Average" } = properties;
  return metrics.flatMap((row, at) => {
    const { names, rendered } = partsOf(row);
    const id = rendered.id ?? `m${at}`;
    const shown = {
      isShown: rendered.visible !== false,
      ...(rendered.color !== undefined && { color: rendered.color }),
    };
    if (rendered.expression !== undefined) {
      const found = searched(id, rendered, period, data);
      if (found) return found.map((one) => ({ ...shown, ...one }));
      const query = { Id: id, Expression: rendered.expression };
      return [{ query, label: rendered.label ?? rendered.expression, ...shown }];
    }
    const metric = metricOf(names);
    const query = statQuery(id, metric, period, rendered.stat ?? common);
    return [{ query, label: rendered.label ?? metric.name, ...shown }];
  });
}

type Row = MetricWidget["properties"]["metrics"][number];

function partsOf(row: Row): { names: string[]; rendered: Rendered } {
  const names = row.filter((part) => typeof part === "string");
  const rendered = row.find((part) => typeof part !== "string") ?? {};
  return { names, rendered };
}

/** `[namespace, name, dimension, its value, …]`. */
function metricOf([namespace = "", name = "", ...rest]: readonly string[]): Metric {
  const pairs = Array.from({ length: rest.length / 2 }, (_, at): [string, string] => [
    present(rest[2 * at], "a dimension"),
    present(rest[2 * at + 1], "a dimension's value"),
  ]);
  return { namespace, name, dimensions: Object.fromEntries(pairs) };
}

function statQuery(Id: string, metric: Metric, Period: number, Stat: string): MetricDataQuery {
  const Dimensions = Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value }));
  return {
    Id,
    MetricStat: { Metric: { Namespace: metric.namespace, MetricName: metric.name, Dimensions }, Period, Stat },
  };
}

function searched(id: string, { expression = "", label = "" }: Rendered, period: number, data: readonly MetricDatum[]) {
  const search = readSearch(expression);
  if (!search) return undefined;
  const found = new Map(data.filter(search.matches).map((metric) => [JSON.stringify(metric.dimensions), metric]));
  const metrics = [...found.values()].map((metric) => ({ metric, label: dynamicLabel(label, metric) }));
  metrics.sort((a, b) => a.label.localeCompare(b.label, "en", { numeric: true }));
  return metrics.map((one, at) => ({
    query: statQuery(`${id}_${at}`, one.metric, period, search.stat),
    label: one.label,
  }));
}

/** `${PROP('Dim.X')}` stands for a dimension's value. */
function dynamicLabel(label: string, { dimensions }: Metric): string {
  return label.replaceAll(/\$\{PROP\('Dim\.(\w+)'\)\}/g, (_, name: string) => dimensions[name] ?? "");
}
