// The metrics of a function: the embedded metric format lines that it really printed, read from its log as CloudWatch does.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
import { type CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { Ajv } from "ajv";
import type { FromSchema } from "json-schema-to-ts";
import type { MetricDatum } from "../alarms/alarm";

const EMF = {
  type: "object",
  required: ["_aws"],
  properties: {
    _aws: {
      type: "object",
      required: ["Timestamp", "CloudWatchMetrics"],
      properties: {
        Timestamp: { type: "number" },
        CloudWatchMetrics: {
          type: "array",
          items: {
            type: "object",
            required: ["Namespace", "Dimensions", "Metrics"],
            properties: {
              Namespace: { type: "string" },
              Dimensions: { type: "array", items: { type: "array", items: { type: "string" } } },
              Metrics: {
                type: "array",
                items: { type: "object", required: ["Name"], properties: { Name: { type: "string" } } },
              },
            },
          },
        },
      },
    },
  },
} as const;

const isEmf = new Ajv().compile<FromSchema<typeof EMF>>(EMF);

/** What one line of a log publishes; nothing when it is not in the embedded metric format. */
export function metricsOf(line: string): MetricDatum[] {
  const document = parse(line);
  if (!isEmf(document)) return [];
  const { Timestamp: timestampMs, CloudWatchMetrics: directives } = document._aws;
  return directives.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(document[name])]));
      return Metrics.flatMap(({ Name: name }) =>
        valuesOf(document[name]).map((value) => ({ namespace, name, dimensions, value, timestampMs })),
      );
    }),
  );
}

function parse(line: string): unknown {
  try {
    return line.startsWith("{") ? JSON.parse(line) : undefined;
  } catch {
    return undefined;
  }
}

/** A metric's value is a number or a list of numbers. */
function valuesOf(value: unknown): number[] {
  return [value].flat().filter((one) => typeof one === "number");
}

/** Follows the metrics that a function publishes. */
export class FunctionMetrics {
  private data: MetricDatum[] = [];
  /** Events of the newest millisecond read so far: the next read begins with that millisecond, which may have got more. */
  private newest = new Set<string>();

  /**
   * @param sinceMs - Where to begin in the log.
   * @param keepMs - How far back alarms look; older data are forgotten.
   * @param onMetric - Called once with each datum.
   */
  constructor(
    private readonly logs: CloudWatchLogsClient,
    private readonly functionName: string,
    private sinceMs: number,
    private readonly keepMs: number,
    private readonly onMetric: (datum: MetricDatum) => void = () => undefined,
  ) {}

  /** All data of the last `keepMs`, after reading what is new in the log. */
  async read(nowMs: number): Promise<readonly MetricDatum[]> {
    while (await this.readSome());
    this.data = this.data.filter(({ timestampMs }) => timestampMs >= nowMs - this.keepMs);
    return this.data;
  }

  /** @returns Whether there was something new. */
  private async readSome(): Promise<boolean> {
    const events = await this.eventsSince();
    const unseen = events.filter(({ id }) => !this.newest.has(id));
    const last = events.at(-1)?.timestamp ?? this.sinceMs;
    if (last > this.sinceMs) this.newest.clear();
    this.sinceMs = last;
    for (const { id, timestamp } of events) if (timestamp === last) this.newest.add(id);
    for (const datum of unseen.flatMap(({ message }) => metricsOf(message))) {
      this.data.push(datum);
      this.onMetric(datum);
    }
    return unseen.length > 0;
  }

  private async eventsSince(): Promise<{ id: string; timestamp: number; message: string }[]> {
    try {
      const { events = [] } = await this.logs.send(
        new FilterLogEventsCommand({
          logGroupName: `/aws/lambda/${this.functionName}`,
          startTime: this.sinceMs,
          filterPattern: '"CloudWatchMetrics"',
        }),
      );
      return events.map(({ eventId, logStreamName, timestamp = 0, message = "" }) => ({
        id: eventId ?? `${String(logStreamName)} ${message}`,
        timestamp,
        message,
      }));
    } catch (error) {
      if (error instanceof Error && error.name === "ResourceNotFoundException") return []; // never invoked
      throw error;
    }
  }
}
