// Asks CloudWatch Logs Insights one question, and waits for the answer for a bounded time.
import { setTimeout as pause } from "node:timers/promises";
import {
  type CloudWatchLogsClient,
  GetQueryResultsCommand,
  type QueryStatus,
  type ResultField,
  StartQueryCommand,
  StopQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";

/** The most rows that Insights gives: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html. */
export const MOST_ROWS = 10_000;

const POLL_MS = 1_000;
const UNFINISHED: readonly (QueryStatus | undefined)[] = ["Scheduled", "Running"];

/** Where and when to look, in seconds since 1970, both included. */
export interface Scope {
  readonly logs: CloudWatchLogsClient;
  readonly logGroup: string;
  readonly startTime: number;
  readonly endTime: number;
  readonly signal: AbortSignal;
  /** Milliseconds between two looks at a query that runs. */
  readonly pollMs?: number;
}

/** One row of an answer: column -> value. */
export type Row = Readonly<Record<string, string>>;

/** @throws Error that says what became of the query; it is stopped when the signal aborts, as it would scan on at our cost. */
export async function ask(
  query: string,
  { logs, logGroup, startTime, endTime, signal, pollMs }: Scope,
): Promise<Row[]> {
  const start = new StartQueryCommand({
    logGroupName: logGroup,
    startTime,
    endTime,
    queryString: query,
    limit: MOST_ROWS,
  });
  const { queryId } = await logs.send(start, { abortSignal: signal });
  try {
    for (;;) {
      const answer = await logs.send(new GetQueryResultsCommand({ queryId }), { abortSignal: signal });
      if (answer.status === "Complete") return (answer.results ?? []).map(toRow);
      if (!UNFINISHED.includes(answer.status)) throw new Error(`the query ended as ${answer.status ?? "Unknown"}`);
      await pause(pollMs ?? POLL_MS, undefined, { signal });
    }
  } catch (error) {
    if (signal.aborted) await logs.send(new StopQueryCommand({ queryId })).catch(() => undefined);
    throw error;
  }
}

function toRow(fields: readonly ResultField[]): Row {
  return Object.fromEntries(fields.map(({ field = "", value = "" }) => [field, value]));
}
