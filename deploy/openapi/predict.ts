// POST /predict in the API's document, with examples answered by its own code.
import { TEXT_REQUEST } from "../../src/http/text-request";
import { predict } from "../../src/predict/predict";
import { PREDICT_RESPONSE } from "../../src/predict/schema";
import { type Answer, answer } from "./answer";
import type { Operation } from "./operation";
import { guardWith, MODEL_VERSION, PROBLEMS_OF_ALL, PROBLEMS_OF_TEXTS, type Scenario, TEXT } from "./scenarios";

const PREDICTION = { label: "positive", scores: { positive: 0.93, neutral: 0.05, negative: 0.02 } } as const;

/** The entry of POST /predict. */
export async function predictOperation(): Promise<Operation> {
  return {
    method: "post",
    path: "/predict",
    id: "predict",
    tag: "Sentiment",
    scope: "serin/predict",
    summary: "Classify a text",
    description: [
      "Tells whether a text sounds positive, neutral or negative, and how sure the model is.",
      "",
      "Each call costs one request of your quota, also when the answer comes from the cache;",
      "a malformed request (400, 413, 415) costs nothing.",
    ].join("\n"),
    request: { name: "TextRequest", schema: TEXT_REQUEST, example: { text: TEXT } },
    response: { name: "PredictResponse", schema: PREDICT_RESPONSE },
    answers: await Promise.all([{}, ...PROBLEMS_OF_TEXTS, ...PROBLEMS_OF_ALL].map(play)),
  };
}

function play(scenario: Scenario): Promise<Answer> {
  const { failure } = scenario;
  const handle = predict({
    guard: guardWith(scenario),
    cache: { get: () => undefined, set: () => {} },
    model: () => (failure ? Promise.reject(failure) : Promise.resolve(PREDICTION)),
    modelVersion: MODEL_VERSION,
  });
  return answer(handle, { method: "POST", path: "/predict", body: JSON.stringify({ text: TEXT }), ...scenario });
}
