// The deployed API, called as a client calls it.
import { readFileSync } from "node:fs";
import path from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { clientConfig } from "../../deploy/local/aws";
import { stackOutputs } from "../../deploy/local/stack";
import { issueToken } from "../../deploy/local/tokens";
import { ROOT } from "../../deploy/root";
import { dynamoDbStore } from "../../src/rate-limit/dynamodb-store";
import { takeToken, USER_LIMIT } from "../../src/rate-limit/gcra";
import { predict, resetQuota, sharedTarget } from "./shared-target";

const target = sharedTarget();
let token: string;
let output: (name: string) => string;

beforeAll(async () => {
  token = await issueToken(target, {});
  output = await stackOutputs(target.awsUrl);
});
beforeEach(() => resetQuota(target));

const json = (text: string) => JSON.stringify({ text });

describe("POST /predict, deployed", () => {
  it("answers with label, scores, model version, quota and correlation id", async () => {
    const headers = { "content-type": "application/json", "x-correlation-id": "e2e-1" };
    const response = await predict(target, { token, headers, body: json("I love this, thank you so much!") });
    expect(response.status).toBe(200);
    const { sentiment, scores, modelVersion } = JSON.parse(await response.text());
    expect(sentiment).toBe("positive");
    expect(scores.positive + scores.neutral + scores.negative).toBeCloseTo(1, 3);
    expect(modelVersion).toBe(output("ModelVersion"));
    expect(response.headers.get("x-correlation-id")).toBe("e2e-1");
    expect(response.headers.get("ratelimit-remaining")).toBe("199");
  });

  it("has the real model behind it: it knows most labels of published sentences", async () => {
    const file = path.join(ROOT, "test", "samples", "dynasent.jsonl");
    const rows: { text: string; label: string }[] = readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .slice(0, 60)
      .map((row) => JSON.parse(row));
    let right = 0;
    for (const { text, label } of rows) {
      const response = await predict(target, { token, body: json(text) });
      const { sentiment } = JSON.parse(await response.text());
      if (sentiment === label) right += 1;
    }
    expect(right / rows.length).toBeGreaterThan(0.55); // chance is 0.33
  }, 60_000);

  it.each<[string, string | Uint8Array | undefined, Record<string, string>, number, string]>([
    ["no body", undefined, { "content-type": "application/json" }, 400, "malformed_json"],
    ["null", "null", { "content-type": "application/json" }, 400, "invalid_request"],
    ["duplicate keys", '{"text":"a","text":"b"}', { "content-type": "application/json" }, 400, "malformed_json"],
    ["an extra key", '{"text":"a","b":1}', { "content-type": "application/json" }, 400, "invalid_request"],
    ["a lone surrogate", '{"text":"\\ud800"}', { "content-type": "application/json" }, 400, "invalid_request"],
    [
      "invalid UTF-8 as bytes",
      new Uint8Array([0x7b, 0xff, 0xfe]),
      { "content-type": "application/octet-stream" },
      415,
      "unsupported_media_type",
    ],
    ["1,025 bytes", json("x".repeat(1_025)), { "content-type": "application/json" }, 413, "text_too_long"],
    ["1,024 emoji", json("😀".repeat(1_024)), { "content-type": "application/json" }, 413, "text_too_long"],
    ["9 KB of spaces", " ".repeat(9_216), { "content-type": "application/json" }, 413, "body_too_large"],
    ["plain text", "good", { "content-type": "text/plain" }, 415, "unsupported_media_type"],
  ])("refuses %s", async (_name, body, headers, status, code) => {
    const response = await predict(target, { token, headers, ...(body !== undefined && { body }) });
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ code, status, instance: response.headers.get("x-correlation-id") });
  });

  it("gives no 500 for invalid UTF-8 that is called JSON", async () => {
    const body = Buffer.concat([Buffer.from('{"text":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    const response = await predict(target, { token, body });
    expect([200, 400]).toContain(response.status); // the gateway hands it on as it is, or with replacement characters
  });

  it("lets exactly the burst of 300 concurrent requests through, by DynamoDB's own conditional writes", async () => {
    const dynamoDb = new DynamoDBClient({ ...clientConfig(target.awsUrl), maxAttempts: 1 });
    const store = dynamoDbStore(dynamoDb, output("RateLimitTableName"));
    const user = `concurrent-${Date.now()}`;
    const now = Date.now();
    const decisions = await Promise.all(Array.from({ length: 300 }, () => takeToken(store, USER_LIMIT, user, now)));
    expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(200);
  }, 60_000);

  it("limits a user who sends 300 requests through the API to the burst and what refills meanwhile", async () => {
    const startedAt = performance.now();
    const statuses: number[] = [];
    const send = async (client: number) => {
      for (let index = 0; index < 30; index += 1) {
        const response = await predict(target, { token, body: json(`${client} ${index}`) });
        if (response.status === 429) expect(Number(response.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
        statuses.push(response.status);
      }
    };
    await Promise.all(Array.from({ length: 10 }, (_, client) => send(client)));
    const refilled = (performance.now() - startedAt) / USER_LIMIT.intervalMs;
    const served = statuses.filter((status) => status === 200).length;
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(served).toBeGreaterThanOrEqual(USER_LIMIT.burst);
    expect(served).toBeLessThanOrEqual(USER_LIMIT.burst + Math.ceil(refilled));
  }, 120_000);
});
