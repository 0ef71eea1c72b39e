import { endpoint } from "../../src/http/endpoint";
import type { Prediction } from "../../src/model-client/schema";
import { predictionCache } from "../../src/predict/cache";
import { predict } from "../../src/predict/predict";
import { createTelemetry } from "../../src/telemetry/telemetry";
import { apiEvent } from "../api-event";
import { startCapture } from "../capture-stdout";

const PREDICTION: Prediction = { label: "negative", scores: { positive: 0.1, neutral: 0.2, negative: 0.7 } };

let output: ReturnType<typeof startCapture>;
beforeEach(() => {
  output = startCapture();
});
afterEach(() => output.stop());

/** POST /predict without quota. */
function post(model: () => Promise<Prediction> = () => Promise.resolve(PREDICTION)) {
  const handler = endpoint({
    telemetry: createTelemetry("predict", { stage: "test", modelVersion: "m1" }),
    docsUrl: "/docs/errors",
    handle: predict({ guard: () => Promise.resolve(), cache: predictionCache("m1"), model, modelVersion: "m1" }),
  });
  return (text: string, stage = "$default") =>
    handler(apiEvent({ body: JSON.stringify({ text }), stage }), { functionVersion: "1" });
}

const requests = () => output.lines().filter((line) => "latency_ms" in line);

describe("the log line of a request", () => {
  it("has the numbers that drift is found by, of answers from the cache, too", async () => {
    const send = post();
    await send("awful qwzrtx");
    await send("awful qwzrtx");
    const facts = { text_bytes: 12, sentiment: "negative", confidence: 0.7, unknown_words: 0.5 };
    expect(requests()).toMatchObject([
      { ...facts, cache: "miss" },
      { ...facts, cache: "hit" },
    ]);
  });

  it("has none of them when nothing was answered", async () => {
    await post(() => Promise.reject(new Error("down")))("awful");
    expect(requests()[0]).not.toHaveProperty("sentiment");
  });

  it("is another service's when the release hook asks", async () => {
    await post()("awful", "qualification");
    expect(requests()).toMatchObject([{ service: "predict-qualification", sentiment: "negative" }]);
  });
});
