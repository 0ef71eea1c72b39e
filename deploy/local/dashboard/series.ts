// A widget's values over time, computed as CloudWatch does: a value for each period, periods aligned to the clock.
import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import type { MetricDatum } from "../alarms/alarm";
import { queryValue, type Window } from "../alarms/metric-query";
import type { MetricWidget } from "./body";
import { unmeasured } from "./measured";
import { type Query, queriesOf } from "./queries";

/** What is looked at, in ms since the epoch. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** One line of a graph, or one number. */
export interface Series {
  readonly label: string;
  readonly color?: string;
  /** A value for each time of the widget, null where data is missing. */
  readonly values: readonly (number | null)[];
  /** Why there are no values here, where the local target cannot have any. */
  readonly note?: string;
}

/** A widget with its values. */
export interface Evaluated {
  /** Begins of the periods, in seconds since the epoch. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
}

/** @throws Error for a query that cannot be evaluated here. */
export function evaluateWidget(widget: MetricWidget, data: readonly MetricDatum[], span: Span): Evaluated {
  const windows = windowsOf(widget, span);
  const queries = queriesOf(widget, data);
  const all = queries.map(({ query }) => query);
  const periods = windows.map((window) => ({ window, data: within(window, data) }));
  const series = queries.filter(({ isShown }) => isShown).map((query) => seriesOf(query, all, periods));
  return { times: windows.map(({ afterMs }) => (afterMs + 1) / 1000), series };
}

/** A number is that of the newest period, here of the one that ends now, or of everything. */
function windowsOf({ properties }: MetricWidget, { fromMs, toMs }: Span): Window[] {
  const { view, period, setPeriodToTimeRange } = properties;
  const periodMs = period * 1000;
  if (setPeriodToTimeRange) return [{ afterMs: fromMs - 1, untilMs: toMs }];
  if (view === "singleValue") return [{ afterMs: toMs - periodMs, untilMs: toMs }];
  const first = Math.floor(fromMs / periodMs) * periodMs;
  const count = Math.floor((toMs - first) / periodMs) + 1;
  return Array.from({ length: count }, (_, at) => {
    const start = first + at * periodMs;
    return { afterMs: start - 1, untilMs: start + periodMs - 1 };
  });
}

function seriesOf(
  { query, label, color }: Query,
  queries: readonly MetricDataQuery[],
  periods: readonly { readonly window: Window; readonly data: readonly MetricDatum[] }[],
): Series {
  const shown = { label, ...(color !== undefined && { color }) };
  const missing = unmeasured(query, queries);
  if (missing !== undefined) {
    return { ...shown, values: periods.map(() => null), note: `${missing}: not measured on the local target.` };
  }
  return { ...shown, values: periods.map(({ window, data }) => queryValue(query, queries, data, window)) };
}

function within({ afterMs, untilMs }: Window, data: readonly MetricDatum[]): MetricDatum[] {
  return data.filter(({ timestampMs }) => timestampMs > afterMs && timestampMs <= untilMs);
}
