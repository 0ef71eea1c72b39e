// The deployed dashboard with the local target's metrics as one HTML file.
import type { MetricDatum } from "../alarms/alarm";
import { selfContainedPage } from "../self-contained-page";
import type { StateOf } from "./alarm-states";
import type { AlarmWidget, DashboardBody, MetricWidget, Widget } from "./body";
import { evaluateWidget, type Series, type Span } from "./series";

/** What the page shows of one widget, besides its place. */
type Content =
  | { readonly kind: "text"; readonly markdown: string }
  | { readonly kind: "alarms"; readonly title: string; readonly alarms: readonly Alarm[] }
  | { readonly kind: "failed"; readonly title: string; readonly reason: string }
  | Plotted;

interface Alarm {
  readonly name: string;
  /** ALARM, OK, INSUFFICIENT_DATA, or undefined with a note. */
  readonly state?: string;
  readonly note?: string;
}

interface Plotted {
  readonly kind: "graph" | "numbers";
  readonly title: string;
  readonly isStacked: boolean;
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly limits: readonly { readonly label?: string; readonly value: number }[];
}

interface Preview {
  readonly stage: string;
  /** ISO 8601. */
  readonly at: string;
  readonly minutes: number;
  readonly widgets: readonly (Content & Pick<Widget, "x" | "y" | "width" | "height">)[];
}

interface PreviewOptions {
  readonly stage: string;
  readonly body: DashboardBody;
  readonly data: readonly MetricDatum[];
  readonly stateOf: StateOf;
  readonly span: Span;
}

/** The page as HTML. */
export function dashboardPage({ stage, body, data, stateOf, span }: PreviewOptions): string {
  const preview: Preview = {
    stage,
    at: new Date(span.toMs).toISOString(),
    minutes: (span.toMs - span.fromMs) / 60_000,
    widgets: body.widgets.map((widget) => ({ ...place(widget), ...contentOf(widget, data, stateOf, span) })),
  };
  return selfContainedPage("dashboard.html", preview);
}

function place({ x, y, width, height }: Widget) {
  return { x, y, width, height };
}

function contentOf(widget: Widget, data: readonly MetricDatum[], stateOf: StateOf, span: Span): Content {
  if (widget.type === "text") return { kind: "text", markdown: widget.properties.markdown };
  if (widget.type === "alarm") return alarms(widget, stateOf);
  try {
    return plotted(widget, data, span);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "failed", title: widget.properties.title ?? "", reason };
  }
}

function alarms({ properties }: AlarmWidget, stateOf: StateOf): Content {
  const named = properties.alarms.map((arn) => {
    const name = arn.split(":alarm:").at(-1) ?? arn;
    return { name, ...stateOf(name) };
  });
  return { kind: "alarms", title: properties.title ?? "", alarms: named };
}

function plotted(widget: MetricWidget, data: readonly MetricDatum[], span: Span): Plotted {
  const { title = "", view, stacked = false, annotations } = widget.properties;
  return {
    kind: view === "singleValue" ? "numbers" : "graph",
    title,
    isStacked: stacked,
    ...evaluateWidget(widget, data, span),
    limits: annotations?.horizontal ?? [],
  };
}
