// What predict, explainability and the release functions really write: the fields of their log lines, the names of their metrics.
import { explainability } from "../../src/governance/explainability/explainability";
import { InvalidSummaryError } from "../../src/governance/explainability/latest-summary";
import { endpoint } from "../../src/http/endpoint";
import { type ModelClient, ModelUnavailableError } from "../../src/model-client/model-client";
import { predictionCache } from "../../src/predict/cache";
import { predict } from "../../src/predict/predict";
import type { ArrivalStore } from "../../src/rate-limit/gcra";
import { type FailurePolicy, rateLimitGuard } from "../../src/rate-limit/guard";
import type { QualificationRecord } from "../../src/release/qualification/record";
import { createTelemetry } from "../../src/telemetry/telemetry";
import { apiEvent } from "../api-event";
import { type Line, startCapture } from "../capture-stdout";

const fails = () => Promise.reject(new Error("DynamoDB is down"));
const brokenStore: ArrivalStore = { startFrom: fails, advance: fails };
const served: ModelClient = () =>
  Promise.resolve({ label: "positive", scores: { positive: 0.8, neutral: 0.15, negative: 0.05 } });
const unavailable: ModelClient = () =>
  Promise.reject(new ModelUnavailableError("failed", { cause: new Error("no such endpoint") }));
const broken: ModelClient = () => Promise.reject(new TypeError("a fault of ours"));

/** The log lines and the EMF lines of requests that meet everything that can go wrong. */
export function writtenByPredict(): Promise<readonly Line[]> {
  const telemetry = createTelemetry("predict", { stage: "test", modelVersion: "m1" });
  const post = (model: ModelClient, onFailure: FailurePolicy) =>
    endpoint({
      telemetry,
      docsUrl: "/docs/errors",
      handle: predict({
        guard: rateLimitGuard({ store: brokenStore, onFailure }),
        cache: predictionCache("m1"),
        model,
        modelVersion: "m1",
      }),
    })(apiEvent({ body: '{"text":"good"}' }), { functionVersion: "1" });
  return written(async () => {
    await post(served, "deny");
    await post(served, "allow");
    await post(unavailable, "allow");
    await post(broken, "allow");
  });
}

/** The same of requests for the newest report's summary when that is none, or no JSON. */
export function writtenByExplainability(): Promise<readonly Line[]> {
  const telemetry = createTelemetry("explainability", { stage: "test" });
  const guard = rateLimitGuard({ store: brokenStore, onFailure: "allow" });
  const get = (failure: Error) =>
    endpoint({
      telemetry,
      docsUrl: "/docs/errors",
      handle: explainability({ guard, latest: () => Promise.reject(failure) }),
    })(apiEvent({ headers: {} }), { functionVersion: "$LATEST" });
  return written(async () => {
    await get(new InvalidSummaryError());
    await get(new SyntaxError());
  });
}

async function written(write: () => Promise<void>): Promise<readonly Line[]> {
  const capture = startCapture();
  try {
    await write();
    return capture.lines();
  } finally {
    capture.stop();
  }
}

const record: QualificationRecord = {
  deploymentId: "d-1",
  canary: "2",
  stable: "1",
  verdict: "pass",
  outcome: "Succeeded",
  reasons: ["equal"],
  p95Ratio: 1,
  errorRate: 0,
  accuracyDifference: 0,
  accuracyInterval: [0, 0],
  changedAnswers: 0,
  at: "2026-01-01T00:00:00Z",
};

/** As src/release/handler.ts and src/release/qualification/qualify.ts write their results. */
export const writtenByRelease: Line = {
  level: "INFO",
  message: "release qualified",
  outcome: "Succeeded",
  qualification: record,
};

/** Names as Logs Insights gives them to the values of a JSON line: `error.code`, `reasons.0`. */
export function fieldNames(value: unknown, prefix = ""): readonly string[] {
  if (typeof value !== "object" || value === null) return [prefix];
  return Object.entries(value).flatMap(([name, member]) =>
    fieldNames(member, prefix === "" ? name : `${prefix}.${name}`),
  );
}
