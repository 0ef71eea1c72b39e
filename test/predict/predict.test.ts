import { endpoint } from "../../src/http/endpoint";
import { ModelUnavailableError } from "../../src/model-client/model-client";
import type { Prediction } from "../../src/model-client/schema";
import { predictionCache } from "../../src/predict/cache";
import { predict } from "../../src/predict/predict";
import type { ArrivalStore } from "../../src/rate-limit/gcra";
import { type FailurePolicy, rateLimitGuard } from "../../src/rate-limit/guard";
import { createTelemetry } from "../../src/telemetry/telemetry";
import { apiEvent } from "../api-event";
import { startCapture } from "../capture-stdout";
import { memoryStore } from "../rate-limit/memory-store";

const PREDICTION: Prediction = { label: "positive", scores: { positive: 0.8, neutral: 0.15, negative: 0.05 } };
const brokenStore: ArrivalStore = {
  startFrom: () => Promise.reject(new Error("DynamoDB is down")),
  advance: () => Promise.reject(new Error("DynamoDB is down")),
};

interface Setup {
  readonly store?: ArrivalStore;
  readonly onFailure?: FailurePolicy;
  readonly model?: (text: string) => Promise<Prediction>;
}

/** POST /predict as deployed, without AWS. */
function api({ store = memoryStore(), onFailure = "allow", model = () => Promise.resolve(PREDICTION) }: Setup = {}) {
  const texts: string[] = [];
  const handler = endpoint({
    telemetry: createTelemetry("predict", { stage: "test", modelVersion: "m1" }),
    docsUrl: "/docs/errors",
    handle: predict({
      guard: rateLimitGuard({ store, onFailure, clock: () => 1_000_000 }),
      cache: predictionCache("m1"),
      model: (text) => {
        texts.push(text);
        return model(text);
      },
      modelVersion: "m1",
    }),
  });
  const send = (event: Parameters<typeof apiEvent>[0]) => handler(apiEvent(event), { functionVersion: "1" });
  return { texts, send, post: (body: unknown) => send({ body: JSON.stringify(body) }) };
}

let output: ReturnType<typeof startCapture>;
beforeEach(() => {
  output = startCapture();
});
afterEach(() => output.stop());

const parse = (body: string | undefined): unknown => JSON.parse(body ?? "");

describe("POST /predict", () => {
  it("answers label, scores and model version, with the quota in the headers", async () => {
    const response = await api().post({ text: "good" });
    expect(response.statusCode).toBe(200);
    expect(parse(response.body)).toEqual({ sentiment: "positive", scores: PREDICTION.scores, modelVersion: "m1" });
    expect(response.headers).toMatchObject({
      "ratelimit-policy": "100;w=60;burst=200",
      "ratelimit-limit": "200",
      "ratelimit-remaining": "199",
      "ratelimit-reset": "1",
    });
  });

  it("asks the model once for equal texts", async () => {
    const { post, texts } = api();
    const answers = [await post({ text: "good" }), await post({ text: "good" }), await post({ text: "bad" })];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
    expect(answers[1]?.body).toBe(answers[0]?.body);
    expect(texts).toEqual(["good", "bad"]);
  });

  it.each<[string, string]>([
    ["a text of 1 byte", "x"],
    ["a text of 1,024 bytes", "x".repeat(1_024)],
    ["256 emoji of 4 bytes", "😀".repeat(256)],
    ["NUL", "a\u0000b"],
    ["white space", "   "],
    ["other scripts", "Ça marche très bien. 素晴らしい"],
  ])("takes %s", async (_name, text) => {
    const { post, texts } = api();
    expect(await post({ text })).toMatchObject({ statusCode: 200 });
    expect(texts).toEqual([text]);
  });

  it("takes 1,024 characters however they are escaped", async () => {
    const { send, texts } = api();
    const response = await send({ body: `{"text":"${"\\u0041".repeat(1_024)}"}` });
    expect(response.statusCode).toBe(200);
    expect(texts).toEqual(["A".repeat(1_024)]);
  });

  it("takes a base64-encoded body", async () => {
    const { send, texts } = api();
    const body = Buffer.from('{"text":"naïve"}').toString("base64");
    expect(await send({ body, isBase64Encoded: true })).toMatchObject({ statusCode: 200 });
    expect(texts).toEqual(["naïve"]);
  });

  it("serves 200 of 300 concurrent requests of one user, and the others are told when to return", async () => {
    const { post } = api();
    const responses = await Promise.all(Array.from({ length: 300 }, (_, index) => post({ text: `text ${index}` })));
    const refused = responses.filter(({ statusCode }) => statusCode === 429);
    expect(refused).toHaveLength(100);
    expect(refused[0]?.headers).toMatchObject({ "retry-after": "1", "ratelimit-remaining": "0" });
    expect(parse(refused[0]?.body)).toMatchObject({ code: "rate_limit_exceeded" });
  });

  it("does not charge the quota for malformed requests", async () => {
    const store = memoryStore();
    const { post } = api({ store });
    await post({ wrong: 1 });
    expect(store.items.size).toBe(0);
  });

  it("serves without the limiter when DynamoDB is down and policy is allow", async () => {
    const response = await api({ store: brokenStore }).post({ text: "good" });
    expect(response.statusCode).toBe(200);
    expect(output.lines()).toMatchObject([{ rate_limiter: "failed" }, { LimiterFailures: 1 }]);
  });

  it("refuses when DynamoDB is down and policy is deny", async () => {
    const { post, texts } = api({ store: brokenStore, onFailure: "deny" });
    const response = await post({ text: "good" });
    expect(response).toMatchObject({ statusCode: 503, headers: { "retry-after": "5" } });
    expect(parse(response.body)).toMatchObject({ code: "rate_limiter_unavailable" });
    expect(output.lines()[1]).toMatchObject({ LimiterFailures: 1, Faults: 1 });
    expect(texts).toEqual([]);
  });

  it("answers 503 with Retry-After when the model is unavailable, and does not cache that", async () => {
    let healthy = false;
    const model = () => (healthy ? Promise.resolve(PREDICTION) : Promise.reject(new ModelUnavailableError("timeout")));
    const { post } = api({ model });
    const response = await post({ text: "good" });
    expect(response).toMatchObject({ statusCode: 503, headers: { "retry-after": "5" } });
    expect(parse(response.body)).toMatchObject({ code: "model_unavailable" });
    expect(output.lines()[0]).toMatchObject({ level: "ERROR", model_failure: "timeout" });
    healthy = true;
    expect(await post({ text: "good" })).toMatchObject({ statusCode: 200 });
  });

  it("answers 500 without internals for anything unexpected", async () => {
    const response = await api({ model: () => Promise.reject(new TypeError("secret")) }).post({ text: "good" });
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain("secret");
  });

  it("never writes a user's text to a log, whatever happens to the request", async () => {
    const text = "my-private-text";
    await api().post({ text });
    await api().post({ text, [text]: text });
    await api().post({ text: text.repeat(100) });
    await api().send({ body: `{"text":"${text}` });
    await api().send({ body: text, headers: { "content-type": text } });
    await api({ store: brokenStore, onFailure: "deny" }).post({ text });
    await api({ model: () => Promise.reject(new Error(text, { cause: new Error(text) })) }).post({ text });
    await api({ model: () => Promise.reject(new ModelUnavailableError("failed", { cause: new Error(text) })) }).post({
      text,
    });
    expect(output.lines()).toHaveLength(16);
    expect(output.text()).not.toContain(text);
  });
});
