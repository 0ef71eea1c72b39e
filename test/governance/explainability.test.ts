// GET /explainability as deployed, with the real SDK before an S3 on loopback whose answers a test chooses.
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import { S3Client } from "@aws-sdk/client-s3";
import { portOf } from "../../deploy/local/ports";
import { readConfig } from "../../src/governance/explainability/config";
import { explainability } from "../../src/governance/explainability/explainability";
import { latestSummary } from "../../src/governance/explainability/latest-summary";
import type { ReportSummary } from "../../src/governance/summary";
import { endpoint } from "../../src/http/endpoint";
import { rateLimitGuard } from "../../src/rate-limit/guard";
import { createTelemetry } from "../../src/telemetry/telemetry";
import { apiEvent } from "../api-event";
import { startCapture } from "../capture-stdout";
import { memoryStore } from "../rate-limit/memory-store";

type Answer = (response: ServerResponse) => void;

const SUMMARY: ReportSummary = {
  version: "1",
  created: "2026-03-16T04:00:00Z",
  model: "m1",
  baseline: null,
  verdict: "ok",
  tally: { ok: 3, worse: 0, insufficientData: 1 },
  worse: [],
  importance: null,
  drift: null,
};

const json =
  (body: unknown): Answer =>
  (response) => {
    response.end(JSON.stringify(body));
  };
const s3Error =
  (status: number, code: string): Answer =>
  (response) => {
    response.writeHead(status, { "content-type": "application/xml" });
    response.end(`<Error><Code>${code}</Code><Message>the bucket secret-bucket</Message></Error>`);
  };

let server: Server;
let s3: S3Client;
let answer: Answer;
let asked: string[];
let output: ReturnType<typeof startCapture>;

beforeEach(async () => {
  answer = json(SUMMARY);
  asked = [];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${new URL(request.url ?? "", "http://s3").pathname}`);
    answer(response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  s3 = new S3Client({
    endpoint: `http://127.0.0.1:${portOf(server)}`,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    forcePathStyle: true,
    maxAttempts: 1,
  });
  output = startCapture();
});
afterEach(async () => {
  output.stop();
  s3.destroy();
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

function api(now?: () => number) {
  const handler = endpoint({
    telemetry: createTelemetry("explainability", { stage: "test" }),
    docsUrl: "/docs/errors",
    handle: explainability({
      guard: rateLimitGuard({ store: memoryStore(), onFailure: "deny", clock: () => 1_000_000 }),
      latest: latestSummary(s3, "reports", now),
    }),
  });
  return (user = "user-1") => handler(apiEvent({ headers: {}, user }), { functionVersion: "$LATEST" });
}

describe("GET /explainability", () => {
  it("answers what the newest report's summary says, and charges one request", async () => {
    const { statusCode, headers, body } = await api()();
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({ "content-type": "application/json", "ratelimit-remaining": "199" });
    expect(JSON.parse(body ?? "")).toEqual(SUMMARY);
    expect(asked).toEqual(["GET /reports/latest/summary.json"]);
    expect(output.lines()[0]).toMatchObject({ report_created: SUMMARY.created, report_model: "m1" });
  });

  it("reads S3 once in half a minute, and then sees the next report", async () => {
    let now = 0;
    const get = api(() => now);
    await get();
    answer = json({ ...SUMMARY, model: "m2" });
    now = 29_999;
    expect(JSON.parse((await get()).body ?? "")).toMatchObject({ model: "m1" });
    now = 30_000;
    expect(JSON.parse((await get()).body ?? "")).toMatchObject({ model: "m2" });
    expect(asked).toHaveLength(2);
  });

  it("answers 404 before the first report, and looks again at the next request", async () => {
    const get = api();
    answer = s3Error(404, "NoSuchKey");
    const { statusCode, body } = await get();
    expect([statusCode, JSON.parse(body ?? "")]).toMatchObject([404, { code: "no_report" }]);
    answer = json(SUMMARY);
    expect(await get()).toMatchObject({ statusCode: 200 });
  });

  it.each<[string, Answer]>([
    ["is down", s3Error(503, "SlowDown")],
    ["refuses", s3Error(403, "AccessDenied")],
    ["has no such bucket", s3Error(404, "NoSuchBucket")],
    ["breaks the connection", (response) => response.destroy()],
    ["has something that is no JSON", (response) => response.end("<html>")],
    ["has an empty object", (response) => response.end()],
    ["has something else", json({ ...SUMMARY, verdict: "fine" })],
    ["has more than is allowed", json({ ...SUMMARY, texts: ["a user's text"] })],
  ])("answers 503 with Retry-After and without internals when S3 %s", async (_name, failure) => {
    answer = failure;
    const { statusCode, headers, body = "" } = await api()();
    expect(statusCode).toBe(503);
    expect(headers).toMatchObject({ "retry-after": "5" });
    expect(JSON.parse(body)).toMatchObject({ code: "report_unavailable" });
    expect(`${body}${output.text()}`).not.toMatch(/secret-bucket|a user's text/);
    expect(output.lines()[0]).toMatchObject({ level: "ERROR", report_failure: expect.any(String) });
  });

  it("shows a report that it has while S3 is down", async () => {
    const get = api(() => 0);
    await get();
    answer = s3Error(503, "SlowDown");
    expect(await get()).toMatchObject({ statusCode: 200 });
  });

  it("has one quota with the other operations", async () => {
    const get = api();
    const statuses = await Promise.all(Array.from({ length: 201 }, async () => (await get()).statusCode));
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
    expect(await get("user-2")).toMatchObject({ statusCode: 200 });
  });
});

describe("the configuration", () => {
  const environment = {
    STAGE: "prod",
    REPORTS_BUCKET: "reports",
    RATE_LIMIT_TABLE: "table",
    RATE_LIMIT_ON_FAILURE: "deny",
    RATE_LIMIT_TIMEOUT_MS: "100",
    DOCS_URL: "/docs/errors",
  };

  it("is what serverless.yml sets", () => {
    expect(readConfig(environment)).toMatchObject({ stage: "prod", reportsBucket: "reports", limiterTimeoutMs: 100 });
  });

  it.each(Object.keys(environment))("names %s when it is missing", (name) => {
    expect(() => readConfig({ ...environment, [name]: "" })).toThrow(name);
  });
});
