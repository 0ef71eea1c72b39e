// Which metrics the local target measures; of all others the dashboard says that it does not.
import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";

/** By namespace: the emulator's service_metrics.py publishes AWS's, the functions all of Serin's. */
const MEASURED: Readonly<Record<string, readonly string[] | "all">> = {
  Serin: "all",
  "AWS/ApiGateway": ["Count", "4xx", "5xx", "Latency", "IntegrationLatency"],
  "AWS/Lambda": ["Invocations", "Errors", "Throttles", "Duration"],
  "AWS/SageMaker": ["Invocations", "Invocation4XXErrors", "Invocation5XXErrors", "ModelLatency", "OverheadLatency"],
};

/** The metric that keeps a query from having values here, if any. @param queries - Those that an expression may use. */
export function unmeasured(query: MetricDataQuery, queries: readonly MetricDataQuery[]): string | undefined {
  const { Namespace: namespace = "", MetricName: name = "" } = query.MetricStat?.Metric ?? {};
  if (query.MetricStat) {
    const known = MEASURED[namespace];
    return known === "all" || known?.includes(name) ? undefined : `${namespace} ${name}`;
  }
  const used = query.Expression?.match(/\b[a-z]\w*\b/g) ?? [];
  const inputs = queries.filter(({ Id }) => used.some((id) => id === Id));
  return inputs.map((input) => unmeasured(input, queries)).find((found) => found !== undefined);
}
