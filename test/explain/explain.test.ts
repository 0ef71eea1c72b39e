import fc from "fast-check";
import { explain } from "../../src/explain/explain";
import type { ExplainResponse } from "../../src/explain/schema";
import { endpoint } from "../../src/http/endpoint";
import { ModelUnavailableError } from "../../src/model-client/model-client";
import type { Prediction } from "../../src/model-client/schema";
import type { ArrivalStore } from "../../src/rate-limit/gcra";
import { rateLimitGuard } from "../../src/rate-limit/guard";
import { createTelemetry } from "../../src/telemetry/telemetry";
import { apiEvent } from "../api-event";
import { startCapture } from "../capture-stdout";
import { memoryStore } from "../rate-limit/memory-store";

type Model = (texts: readonly string[]) => Promise<readonly Prediction[]>;

/** Likes "good", unless a "not" stands in front. */
function predicted(text: string): Prediction {
  const positive = /not good/.test(text) ? 0.1 : /good/.test(text) ? 0.9 : 0.3;
  const scores = { positive, neutral: 0.1, negative: 0.9 - positive };
  return { label: positive > 0.5 ? "positive" : "negative", scores };
}

const answering: Model = (texts) => Promise.resolve(texts.map(predicted));

/** POST /explain as deployed, without AWS. */
function api({ model = answering, store = memoryStore() }: { model?: Model; store?: ArrivalStore } = {}) {
  const asked: (readonly string[])[] = [];
  const handler = endpoint({
    telemetry: createTelemetry("explain", { stage: "test", modelVersion: "m1" }),
    docsUrl: "/docs/errors",
    handle: explain({
      guard: rateLimitGuard({ store, onFailure: "deny", clock: () => 1_000_000 }),
      model: (texts) => {
        asked.push(texts);
        return model(texts);
      },
      modelVersion: "m1",
    }),
  });
  const post = (text: string) => handler(apiEvent({ body: JSON.stringify({ text }) }), { functionVersion: "$LATEST" });
  const explanation = async (text: string): Promise<ExplainResponse> => JSON.parse((await post(text)).body ?? "");
  return { asked, post, explanation };
}

let output: ReturnType<typeof startCapture>;
beforeEach(() => {
  output = startCapture();
});
afterEach(() => output.stop());

describe("POST /explain", () => {
  it("answers the prediction, the baseline, and what each word adds", async () => {
    expect(await api().explanation("not good")).toEqual({
      sentiment: "negative",
      scores: { positive: 0.1, neutral: 0.1, negative: 0.8 },
      baseline: { positive: 0.3, neutral: 0.1, negative: expect.closeTo(0.6) },
      words: [
        { text: "not", start: 0, end: 3, weights: { positive: -0.4, neutral: 0, negative: 0.4 } },
        { text: "good", start: 4, end: 8, weights: { positive: 0.2, neutral: 0, negative: -0.2 } },
      ],
      modelVersion: "m1",
    });
  });

  it("asks the model once, for every text that it needs", async () => {
    const { post, asked } = api();
    await post("a good thing");
    expect(asked).toHaveLength(1);
    expect(asked[0]).toEqual(expect.arrayContaining(["", "good", "a good thing"]));
    expect(output.lines()[0]).toMatchObject({ service: "explain", text_parts: 3, texts_scored: asked[0]?.length });
  });

  it("gives one word all of the difference", async () => {
    const { words } = await api().explanation("good");
    expect(words).toEqual([{ text: "good", start: 0, end: 4, weights: { positive: 0.6, neutral: 0, negative: -0.6 } }]);
  });

  it("says that white space has no words, and is its own baseline", async () => {
    const { words, scores, baseline } = await api().explanation("  \n ");
    expect(words).toEqual([]);
    expect(baseline).toEqual(scores);
  });

  it.each<[string, string]>([
    ["1,024 bytes of short words", "a ".repeat(512)],
    ["one word of 1,024 bytes", "x".repeat(1_024)],
    ["256 emoji", "😀".repeat(256)],
    ["other scripts", "Ça marche très bien. 素晴らしい"],
  ])("takes %s", async (_name, text) => {
    const { words, scores, baseline } = await api().explanation(text);
    for (const word of words) expect(text.slice(word.start, word.end)).toBe(word.text);
    const added = words.reduce((sum, { weights }) => sum + weights.positive, 0);
    expect(added).toBeCloseTo(scores.positive - baseline.positive, 6);
  });

  it("states weights that add up within 0.000001, whatever the scores", async () => {
    const score = fc.integer({ min: 0, max: 1_000_000 }).map((value) => value / 1e6);
    await fc.assert(
      fc.asyncProperty(fc.array(score, { minLength: 130, maxLength: 130 }), async (scores) => {
        const model: Model = (texts) =>
          Promise.resolve(
            texts.map((_, index) => ({
              label: "neutral",
              scores: { positive: scores[index] ?? 0, neutral: scores[index + 1] ?? 0, negative: 0 },
            })),
          );
        const answer = await api({ model }).explanation("w ".repeat(40).replace(/w/g, (_, at) => `w${at}`));
        for (const sentiment of ["positive", "neutral", "negative"] as const) {
          const added = answer.words.reduce((sum, { weights }) => sum + weights[sentiment], 0);
          expect(Math.abs(added - (answer.scores[sentiment] - answer.baseline[sentiment]))).toBeLessThanOrEqual(1e-6);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("costs ten requests of the quota, of which a whole burst is 20 explanations", async () => {
    const { post } = api();
    const answers = await Promise.all(Array.from({ length: 25 }, () => post("good")));
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(20);
    expect(answers[0]?.headers).toMatchObject({
      "ratelimit-limit": "200",
      "ratelimit-remaining": "190",
      "ratelimit-reset": "6",
    });
    expect(answers[24]).toMatchObject({ statusCode: 429, headers: { "retry-after": "6", "ratelimit-remaining": "0" } });
  });

  it("is refused while fewer than ten requests are left, which still are enough for predictions", async () => {
    const store = memoryStore();
    const guard = rateLimitGuard({ store, onFailure: "deny", clock: () => 1_000_000 });
    const headers: Record<string, string> = {};
    const setHeader = (name: string, value: string) => Object.assign(headers, { [name]: value });
    const request = { user: "user-1", correlationId: "id", json: () => ({}), setHeader, note: () => undefined };
    for (let count = 0; count < 195; count += 1) await guard(request);
    const refused = await api({ store }).post("good");
    expect(refused).toMatchObject({ statusCode: 429, headers: { "ratelimit-remaining": "5", "retry-after": "3" } });
    await expect(guard(request)).resolves.toBeUndefined();
    expect(headers).toMatchObject({ "ratelimit-remaining": "4" });
  });

  it.each(["timeout", "throttled", "failed", "invalid_answer"] as const)(
    "answers 503 with Retry-After when the model is unavailable: %s",
    async (reason) => {
      const response = await api({ model: () => Promise.reject(new ModelUnavailableError(reason)) }).post("good");
      expect(response).toMatchObject({ statusCode: 503, headers: { "retry-after": "5" } });
      expect(JSON.parse(response.body ?? "")).toMatchObject({ code: "model_unavailable" });
      expect(output.lines()[0]).toMatchObject({ level: "ERROR", model_failure: reason });
    },
  );

  it("answers 500 without internals when a text was not scored", async () => {
    const response = await api({ model: () => Promise.resolve([]) }).post("good");
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain("scored");
  });

  it("measures itself apart from predict", async () => {
    await api().post("good");
    expect(output.lines()[1]).toMatchObject({
      service: "explain",
      Requests: 1,
      Faults: 0,
      ModelLatency: expect.any(Number),
    });
  });

  it("never writes a user's text to a log, whatever happens to the request", async () => {
    const text = "my-private-text";
    await api().post(`${text} and more`);
    await api().post(text.repeat(100));
    await api({ model: () => Promise.reject(new Error(text, { cause: new Error(text) })) }).post(text);
    expect(output.lines()).toHaveLength(6);
    expect(output.text()).not.toContain(text);
  });
});
