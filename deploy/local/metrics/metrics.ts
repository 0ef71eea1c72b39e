// Every metric of the local target, value by value: what the functions printed, and what the emulated AWS saw itself.
import { CloudWatchLogsClient, paginateDescribeLogGroups } from "@aws-sdk/client-cloudwatch-logs";
import { Ajv } from "ajv";
import type { FromSchema } from "json-schema-to-ts";
import type { MetricDatum } from "../alarms/alarm";
import { clientConfig } from "../aws";
import { FunctionMetrics } from "./emf";

const LOGS = "/aws/lambda/";

/** What `deploy/local/emulator/metrics.py` hands out. */
const RAW = {
  type: "array",
  items: {
    type: "object",
    required: ["namespace", "name", "dimensions", "points"],
    properties: {
      namespace: { type: "string" },
      name: { type: "string" },
      dimensions: { type: "object", additionalProperties: { type: "string" } },
      points: { type: "array", items: { type: "array", items: { type: "number" } } },
    },
  },
} as const;

const isRaw = new Ajv().compile<FromSchema<typeof RAW>>(RAW);

/**
 * The metrics of all stages on an emulated AWS, in no particular order: Serin's own, and AWS/ApiGateway, AWS/SageMaker and AWS/Lambda.
 * @param sinceMs - Milliseconds since the epoch; older values are left out.
 * @throws Error when the emulated AWS does not answer, or not as this version's does.
 */
export async function readMetrics(awsUrl: string, sinceMs: number): Promise<readonly MetricDatum[]> {
  const since = Math.floor(sinceMs);
  const [own, ofServices] = await Promise.all([functionMetrics(awsUrl, since), serviceMetrics(awsUrl, since)]);
  return [...own, ...ofServices];
}

async function functionMetrics(awsUrl: string, sinceMs: number): Promise<readonly MetricDatum[]> {
  const client = new CloudWatchLogsClient(clientConfig(awsUrl));
  const data: MetricDatum[] = [];
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client }, { logGroupNamePrefix: LOGS })) {
    for (const { logGroupName = "" } of logGroups) {
      const metrics = new FunctionMetrics(client, logGroupName.slice(LOGS.length), sinceMs, Number.POSITIVE_INFINITY);
      data.push(...(await metrics.read(Date.now())));
    }
  }
  return data;
}

async function serviceMetrics(awsUrl: string, sinceMs: number): Promise<readonly MetricDatum[]> {
  const response = await fetch(`${awsUrl}/_serin/metrics?since=${sinceMs}`);
  const raw: unknown = response.ok ? await response.json() : undefined;
  if (!isRaw(raw)) throw new Error(`${awsUrl} has no metrics to hand out (HTTP ${response.status})`);
  return raw.flatMap(({ points, ...metric }) =>
    points.map(([timestampMs = 0, value = 0]) => ({ ...metric, value, timestampMs })),
  );
}
