import { Problem } from "../../src/http/problem";
import { createTelemetry } from "../../src/telemetry/telemetry";
import { captureStdout } from "../capture-stdout";

const DEPLOYED = { stage: "prod", modelVersion: "m1" };

/** Alarms on a stage, the comparison of releases, and that of models each find theirs. */
const DIMENSIONS = [
  ["service", "stage"],
  ["service", "stage", "FunctionVersion"],
  ["service", "stage", "ModelVersion"],
];

const served = {
  correlationId: "id-1",
  functionVersion: "7",
  qualification: false,
  status: 200,
  latencyMs: 12.34,
  facts: {},
};

describe("telemetry", () => {
  it("writes one structured log line and one EMF line a request", () => {
    const lines = captureStdout(() => {
      const telemetry = createTelemetry("predict", DEPLOYED);
      telemetry.requestCompleted({ ...served, facts: { cache: "hit", model_latency_ms: 5 } });
    });
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({
      level: "INFO",
      service: "predict",
      correlation_id: "id-1",
      function_version: "7",
      status: 200,
      latency_ms: 12.3,
      cache: "hit",
      cold_start: true,
    });
    expect(lines[1]).toMatchObject({
      service: "predict",
      stage: "prod",
      FunctionVersion: "7",
      ModelVersion: "m1",
      Requests: 1,
      Latency: 12.34,
      ModelLatency: 5,
      CacheHits: 1,
      ClientErrors: 0,
      Faults: 0,
      ColdStarts: 1,
      _aws: { CloudWatchMetrics: [{ Namespace: "Serin", Dimensions: DIMENSIONS }] },
    });
  });

  it("publishes each request with the same dimensions, also after many", () => {
    const lines = captureStdout(() => {
      const telemetry = createTelemetry("predict", DEPLOYED);
      for (const functionVersion of ["7", "8"]) telemetry.requestCompleted({ ...served, functionVersion });
    });
    const metrics = lines.filter((line) => "_aws" in line);
    expect(metrics).toMatchObject(
      ["7", "8"].map((FunctionVersion) => ({
        FunctionVersion,
        _aws: { CloudWatchMetrics: [{ Dimensions: DIMENSIONS }] },
      })),
    );
  });

  it("counts only a sandbox's first request as cold", () => {
    const lines = captureStdout(() => {
      const telemetry = createTelemetry("predict", DEPLOYED);
      telemetry.requestCompleted(served);
      telemetry.requestCompleted(served);
    });
    expect(lines.map((line) => line["cold_start"] ?? line["ColdStarts"])).toEqual([true, 1, false, 0]);
  });

  it.each([
    [429, "WARN", { ClientErrors: 1, Faults: 0, RateLimited: 1 }],
    [400, "WARN", { ClientErrors: 1, Faults: 0, RateLimited: 0 }],
    [503, "ERROR", { ClientErrors: 0, Faults: 1, RateLimited: 0 }],
  ])("logs and counts status %d", (status, level, counts) => {
    const lines = captureStdout(() => createTelemetry("predict", DEPLOYED).requestCompleted({ ...served, status }));
    expect(lines).toMatchObject([{ level }, counts]);
  });

  it("compares releases by answers that are no sandbox's first, no cache hits and no failures", () => {
    const lines = captureStdout(() => {
      const telemetry = createTelemetry("predict", DEPLOYED);
      telemetry.requestCompleted(served);
      telemetry.requestCompleted({ ...served, latencyMs: 5.5, facts: { cache: "miss" } });
      telemetry.requestCompleted({ ...served, facts: { cache: "hit" } });
      telemetry.requestCompleted({ ...served, status: 429 });
      telemetry.requestCompleted({ ...served, status: 503 });
    });
    const metrics = lines.filter((line) => "_aws" in line);
    expect(metrics.map((line) => line["ComparedLatency"])).toEqual([undefined, 5.5, undefined, undefined, undefined]);
    expect(metrics.map((line) => JSON.stringify(line["_aws"]).includes("ComparedLatency"))).toEqual([
      false,
      true,
      false,
      false,
      false,
    ]);
  });

  it("keeps the pre-traffic hook's requests out of the service that alarms and SLO watch", () => {
    const lines = captureStdout(() => {
      const telemetry = createTelemetry("predict", DEPLOYED);
      telemetry.requestCompleted({ ...served, qualification: true, status: 503 });
      telemetry.requestCompleted(served);
      telemetry.requestCompleted({ ...served, qualification: true });
    });
    const [hook, user] = ["predict-qualification", "predict"];
    expect(lines.map((line) => line["service"])).toEqual([hook, hook, user, user, hook, hook]);
    expect(lines.map((line) => line["ColdStarts"]).filter((count) => count !== undefined)).toEqual([1, 0, 0]);
    expect(lines[1]).toMatchObject({ Faults: 1, FunctionVersion: "7" });
    expect(lines[3]).toMatchObject({ Faults: 0, ComparedLatency: 12.34, FunctionVersion: "7" });
  });

  it("counts failures of the limiter", () => {
    const facts = { rate_limiter: "failed" };
    const lines = captureStdout(() => createTelemetry("predict", DEPLOYED).requestCompleted({ ...served, facts }));
    expect(lines[1]).toMatchObject({ LimiterFailures: 1 });
  });

  it("names an error's chain and its frames, but not messages, which may quote the user", () => {
    const cause = Object.assign(new Error("Unexpected token in 'secret text'"), { code: "E_SECRET" });
    const error = new Error("secret text", { cause: new Problem("internal_error", "secret text", { cause }) });
    const lines = captureStdout(() =>
      createTelemetry("predict", DEPLOYED).requestCompleted({ ...served, status: 500, error }),
    );
    expect(lines[0]).toMatchObject({
      error: { name: "Error", cause: { name: "Problem", code: "internal_error", cause: { code: "E_SECRET" } } },
    });
    expect(JSON.stringify(lines)).toContain("telemetry.test");
    expect(JSON.stringify(lines)).not.toContain("secret text");
  });

  it("copes with what is thrown but is no error", () => {
    const lines = captureStdout(() =>
      createTelemetry("predict", DEPLOYED).requestCompleted({ ...served, status: 500, error: "x" }),
    );
    expect(lines[0]).toMatchObject({ error: { name: "string" } });
  });
});
