// A dashboard's body as CloudWatch keeps it: the part of its structure that Serin's dashboard uses, and nothing else is accepted.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
import { Ajv } from "ajv";
import type { FromSchema } from "json-schema-to-ts";

const TEXT = { type: "string", minLength: 1 } as const;
const STAT = {
  type: "string",
  pattern: "^(Sum|SampleCount|Average|Minimum|Maximum|p\\d{1,2}(\\.\\d+)?|PR\\(\\d*:\\d*\\))$",
} as const;
const ID = { type: "string", pattern: "^[a-z][a-zA-Z0-9_]*$", maxLength: 255 } as const;
const PERIOD = { type: "integer", minimum: 60, multipleOf: 60 } as const;
const RELATIVE_TIME = { type: "string", pattern: "^-P(T\\d+[MH]|\\d+[DWM])$" } as const;

/** The last item of a metric: how it is shown; with an expression it is the only one. */
const RENDERED = {
  type: "object",
  additionalProperties: false,
  properties: {
    id: ID,
    expression: { ...TEXT, maxLength: 1024 },
    label: TEXT,
    stat: STAT,
    color: { type: "string", pattern: "^#[0-9a-f]{6}$" },
    visible: { type: "boolean" },
  },
} as const;

const METRIC_PROPERTIES = {
  type: "object",
  required: ["metrics", "region", "view", "period"],
  additionalProperties: false,
  properties: {
    title: TEXT,
    region: TEXT,
    view: { enum: ["timeSeries", "singleValue"] },
    stacked: { type: "boolean" },
    stat: STAT,
    period: PERIOD,
    start: RELATIVE_TIME,
    setPeriodToTimeRange: { type: "boolean" },
    metrics: {
      type: "array",
      minItems: 1,
      maxItems: 500,
      items: { type: "array", minItems: 1, items: { anyOf: [TEXT, RENDERED] } },
    },
    yAxis: {
      type: "object",
      additionalProperties: false,
      properties: {
        left: { type: "object", additionalProperties: false, properties: { min: { type: "number" } } },
      },
    },
    annotations: {
      type: "object",
      additionalProperties: false,
      properties: {
        horizontal: {
          type: "array",
          items: {
            type: "object",
            required: ["value"],
            additionalProperties: false,
            properties: { label: TEXT, value: { type: "number" } },
          },
        },
      },
    },
  },
} as const;

const PLACE = {
  x: { type: "integer", minimum: 0, maximum: 23 },
  y: { type: "integer", minimum: 0 },
  width: { type: "integer", minimum: 1, maximum: 24 },
  height: { type: "integer", minimum: 1, maximum: 1000 },
} as const;

const widget = <const Type extends string, const Properties extends object>(type: Type, properties: Properties) =>
  ({
    type: "object",
    required: ["type", "x", "y", "width", "height", "properties"],
    additionalProperties: false,
    properties: { type: { const: type }, ...PLACE, properties },
  }) as const;

const METRIC_WIDGET = widget("metric", METRIC_PROPERTIES);
const TEXT_WIDGET = widget("text", {
  type: "object",
  required: ["markdown"],
  additionalProperties: false,
  properties: { markdown: TEXT },
});
const ALARM_WIDGET = widget("alarm", {
  type: "object",
  required: ["alarms"],
  additionalProperties: false,
  properties: { title: TEXT, alarms: { type: "array", minItems: 1, maxItems: 100, items: TEXT } },
});

const BODY = {
  type: "object",
  required: ["widgets"],
  additionalProperties: false,
  properties: {
    start: RELATIVE_TIME,
    periodOverride: { enum: ["auto", "inherit"] },
    widgets: { type: "array", maxItems: 500, items: { oneOf: [METRIC_WIDGET, TEXT_WIDGET, ALARM_WIDGET] } },
  },
} as const;

/** A dashboard's body. */
export interface DashboardBody {
  readonly start?: string;
  readonly widgets: readonly Widget[];
}

/** One widget and its place on the grid of 24 columns. */
export type Widget = MetricWidget | TextWidget | AlarmWidget;
/** A graph or numbers. */
export type MetricWidget = FromSchema<typeof METRIC_WIDGET>;
/** Markdown. */
export type TextWidget = FromSchema<typeof TEXT_WIDGET>;
/** States of alarms, named by their ARNs. */
export type AlarmWidget = FromSchema<typeof ALARM_WIDGET>;
/** How a metric or an expression is shown. */
export type Rendered = FromSchema<typeof RENDERED>;

const ajv = new Ajv({ allErrors: true, discriminator: false });
const isBody = ajv.compile<DashboardBody>(BODY);

/** @throws Error that names what CloudWatch, or this, does not know. */
export function readBody(text: string): DashboardBody {
  const body: unknown = JSON.parse(text);
  if (isBody(body)) return body;
  throw new Error(`the dashboard's body is not what this version deploys: ${ajv.errorsText(isBody.errors)}`);
}
