// Serverless plugin: turns the dashboard of deploy/dashboard.yml, rows of widgets, into the JSON text that CloudFormation wants.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
import { DeployError, type Serverless } from "./osls";

/** Columns of CloudWatch's grid. */
const COLUMNS = 24;

/** A widget's properties as CloudWatch has them, and its width; without one it shares with its row what is left. */
type Widget = Readonly<Record<string, unknown>> & { readonly width?: number };

interface Row {
  /** In the grid's units, for all widgets of the row. */
  readonly height: number;
  readonly widgets: readonly Widget[];
}

/** `rows` may be lists of rows, one from each file. */
interface Body {
  readonly rows: readonly (Row | readonly Row[])[];
  readonly start: string;
  readonly periodOverride: string;
}

/** Where a widget stands. */
interface Placed {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: unknown;
}

/** Writes the body of the resource Dashboard, before the canary plugin fills in the rest of the template. */
export class DashboardPlugin {
  readonly hooks = { "after:aws:package:finalize:mergeCustomProviderResources": () => this.write() };

  constructor(private readonly serverless: Serverless) {}

  private write(): void {
    const { provider, custom } = this.serverless.service;
    const properties = provider.compiledCloudFormationTemplate.Resources["Dashboard"]?.Properties;
    const body = properties?.["DashboardBody"];
    if (!properties || !isBody(body)) throw new DeployError("deploy/dashboard.yml must have a Dashboard with rows");
    const versions = [custom.model.version, custom.model.previous].filter((id) => id !== "none");
    properties["DashboardBody"] = { "Fn::Sub": dashboardText(body, versions) };
  }
}

function isBody(value: unknown): value is Body {
  return typeof value === "object" && value !== null && "rows" in value && Array.isArray(value.rows);
}

/**
 * The body as text for Fn::Sub.
 * @param versions - Ids of the model versions that have an endpoint.
 */
export function dashboardText({ rows, ...rest }: Body, versions: readonly string[]): string {
  const body = { ...rest, widgets: place(rows.flat(), versions) };
  return JSON.stringify(body, (name, value: unknown) => {
    if (name === "expression") return withoutExponents(String(value));
    return name === "value" ? Number(value) : value; // a limit that is a parameter given as text
  });
}

/** Rows from top to bottom, their widgets from left to right. */
function place(rows: readonly Row[], versions: readonly string[]): Placed[] {
  let y = 0;
  return rows.flatMap(({ height, widgets }) => {
    const given = widgets.flatMap(({ width }) => width ?? []);
    const shared = (COLUMNS - given.reduce((sum, width) => sum + width, 0)) / (widgets.length - given.length);
    let x = 0;
    const placed = widgets.map(({ width = shared, ...properties }) => {
      const widget = { type: typeOf(properties), x, y, width, height, properties: complete(properties, versions) };
      x += width;
      return widget;
    });
    y += height;
    return placed;
  });
}

function typeOf(properties: object): string {
  if ("markdown" in properties) return "text";
  return "alarms" in properties ? "alarm" : "metric";
}

/** With what all graphs have in common, and each metric of a model's endpoint once for each model version. */
function complete(properties: Readonly<Record<string, unknown>>, versions: readonly string[]): object {
  const { metrics, ...rest } = properties;
  if (!Array.isArray(metrics)) return properties;
  const common = { region: "${AWS::Region}", view: "timeSeries", period: 60, yAxis: { left: { min: 0 } } };
  return { ...common, ...rest, metrics: repeated(metrics, versions) };
}

/** A metric that names EachVersion is one for each model version. */
function repeated(metrics: readonly unknown[], versions: readonly string[]): unknown[] {
  return metrics.flatMap((metric) => {
    const text = JSON.stringify(metric);
    const filled = (version: string): unknown => JSON.parse(text.replaceAll("EachVersion", version));
    return text.includes("EachVersion") ? versions.map(filled) : [metric];
  });
}

/** Metric math has no exponents, which JavaScript writes small prices with. */
function withoutExponents(expression: string): string {
  return expression.replaceAll(/\b\d+(?:\.\d+)?e-\d+\b/g, (number) => Number(number).toFixed(12).replace(/0+$/, ""));
}
