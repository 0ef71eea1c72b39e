// One structured log line and one EMF metric line per request, by Powertools; never a user's text, a token or a key.
import { isNativeError } from "node:util/types";
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";

/** CloudWatch namespace of every metric of this service. */
export const METRIC_NAMESPACE = "Serin";

/** Which deployment answers: two stages of one account, and two models of one stage, must not mix their metrics. */
export interface Deployed {
  readonly stage: string;
  /** Left out by a capability that asks no model. */
  readonly modelVersion?: string;
}

/** What happened to one request. */
export interface CompletedRequest {
  readonly correlationId: string;
  /** Asked by the pre-traffic hook, not by a user: recorded as another service, so that it counts against no alarm or SLO. */
  readonly qualification: boolean;
  readonly functionVersion: string;
  readonly status: number;
  /** Milliseconds from the handler's start to its answer. */
  readonly latencyMs: number;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
  /** Why the request failed, for status >= 400. */
  readonly error?: unknown;
}

/** Records what happens in one capability. */
export interface Telemetry {
  readonly requestCompleted: (request: CompletedRequest) => void;
}

/**
 * Telemetry of one capability, written to stdout.
 *
 * Metrics: Requests, Latency (ms), ClientErrors (4xx), Faults (5xx), RateLimited (429), CacheHits, ColdStarts,
 * LimiterFailures, ModelLatency (ms) when the model was called, and ComparedLatency (ms), by which releases are compared:
 * that of answers with status 200 that were neither cache hits nor a sandbox's first request, since a canary starts with
 * cold caches and cold sandboxes. Each is published three times: with the dimensions `service` and `stage`, with those and
 * `FunctionVersion`, and, where there is a model, with those and `ModelVersion`, since CloudWatch does not add up over dimensions.
 * @param capability - Name of the log's and the metrics' `service`, such as `predict`; requests of the pre-traffic hook
 * are recorded as service `predict-qualification`.
 */
export function createTelemetry(capability: string, { stage, modelVersion }: Deployed): Telemetry {
  const users = recordsOf(capability, stage);
  const qualification = lazily(() => recordsOf(`${capability}-qualification`, stage));
  let cold = true;
  return {
    requestCompleted: (request) => {
      const coldStart = cold;
      cold = false;
      const { logger, metrics } = request.qualification ? qualification() : users;
      log(logger, request, coldStart);
      publish(metrics, request, coldStart, modelVersion);
    },
  };
}

/** Most sandboxes never see the hook: they do not pay for its records at start-up. */
function lazily<T>(create: () => T): () => T {
  let value: T | undefined;
  return () => (value ??= create());
}

interface Records {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

function recordsOf(serviceName: string, stage: string): Records {
  return {
    logger: new Logger({ serviceName }),
    metrics: new Metrics({ namespace: METRIC_NAMESPACE, serviceName, defaultDimensions: { stage } }),
  };
}

function log(logger: Logger, request: CompletedRequest, coldStart: boolean): void {
  const { correlationId, functionVersion, status, latencyMs, facts, error } = request;
  const fields = {
    ...facts,
    correlation_id: correlationId,
    function_version: functionVersion,
    status,
    latency_ms: Math.round(latencyMs * 10) / 10,
    cold_start: coldStart,
    ...(error !== undefined && { error: describe(error) }),
  };
  if (status >= 500) logger.error("request failed", fields);
  else if (status >= 400) logger.warn("request refused", fields);
  else logger.info("request served", fields);
}

interface ErrorDescription {
  readonly name: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: ErrorDescription;
}

/** Names and stack frames only: messages of other libraries' errors may quote what the user sent. */
function describe(error: unknown): ErrorDescription {
  if (!isNativeError(error)) return { name: typeof error };
  const code: unknown = "code" in error ? error.code : undefined;
  return {
    name: error.name,
    ...(typeof code === "string" && { code }),
    ...(error.name !== "Problem" && { stack: stackFrames(error) }),
    ...(error.cause !== undefined && { cause: describe(error.cause) }),
  };
}

function stackFrames(error: Error): string {
  return (error.stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .join("\n");
}

/** Synchronous from first to last metric, so that requests in flight at once cannot mix theirs. */
function publish(
  metrics: Metrics,
  { functionVersion, status, latencyMs, facts }: CompletedRequest,
  cold: boolean,
  modelVersion: string | undefined,
): void {
  const count = (name: string, happened: boolean) => metrics.addMetric(name, MetricUnit.Count, happened ? 1 : 0);
  metrics.addDimensions({}); // the defaults alone
  metrics.addDimensions({ FunctionVersion: functionVersion });
  if (modelVersion !== undefined) metrics.addDimensions({ ModelVersion: modelVersion });
  metrics.addMetric("Requests", MetricUnit.Count, 1);
  metrics.addMetric("Latency", MetricUnit.Milliseconds, latencyMs);
  count("ClientErrors", status >= 400 && status < 500);
  count("Faults", status >= 500);
  count("RateLimited", status === 429);
  count("CacheHits", facts["cache"] === "hit");
  count("ColdStarts", cold);
  count("LimiterFailures", facts["rate_limiter"] === "failed");
  if (status === 200 && facts["cache"] !== "hit" && !cold) {
    metrics.addMetric("ComparedLatency", MetricUnit.Milliseconds, latencyMs);
  }
  if (typeof facts["model_latency_ms"] === "number") {
    metrics.addMetric("ModelLatency", MetricUnit.Milliseconds, facts["model_latency_ms"]);
  }
  metrics.publishStoredMetrics();
}
