// POST /predict in the API's document, with examples answered by its own code.
import { ModelUnavailableError } from "../../src/model-client/model-client";
import { predict } from "../../src/predict/predict";
import { PREDICT_REQUEST, PREDICT_RESPONSE } from "../../src/predict/schema";
import type { ArrivalStore, Write } from "../../src/rate-limit/gcra";
import { rateLimitGuard } from "../../src/rate-limit/guard";
import { type Answer, answer, type ExampleRequest } from "./answer";
import type { Operation } from "./operation";

interface Scenario extends Partial<ExampleRequest> {
  /** ms by which the user's arrival time (TAT) is ahead; "down" when the store fails. */
  readonly backlog?: number | "down";
  readonly failure?: Error;
}

const PATH = "/predict";
const MODEL_VERSION = "4b1f7c02d9ae";
const [TEXT] = PREDICT_REQUEST.properties.text.examples;
const NOW = 1_767_225_600_000;

/** At least one per problem that the capability can answer with. */
const PROBLEM_SCENARIOS: readonly Scenario[] = [
  { body: '{"text": "The support team' },
  { body: '{"txt": "The support team solved my problem."}' },
  { user: "" },
  { body: JSON.stringify({ text: TEXT.repeat(200) }) },
  { body: JSON.stringify({ text: TEXT.repeat(25) }) },
  { contentType: "text/plain" },
  { backlog: 120_000 },
  { failure: new Error("a defect") },
  { failure: new ModelUnavailableError("timeout") },
  { backlog: "down" },
];

/** The entry of POST /predict. */
export async function predictOperation(): Promise<Operation> {
  return {
    path: PATH,
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
    request: { name: "PredictRequest", schema: PREDICT_REQUEST, example: { text: TEXT } },
    response: { name: "PredictResponse", schema: PREDICT_RESPONSE },
    answers: await Promise.all([{}, ...PROBLEM_SCENARIOS].map(play)),
  };
}

function play({ backlog = 0, failure, ...request }: Scenario): Promise<Answer> {
  const handle = predict({
    guard: rateLimitGuard({ store: storeWith(backlog), onFailure: "deny", clock: () => NOW }),
    cache: { get: () => undefined, set: () => {} },
    model: () => (failure ? Promise.reject(failure) : Promise.resolve(PREDICTION)),
    modelVersion: MODEL_VERSION,
  });
  return answer(handle, { path: PATH, body: JSON.stringify({ text: TEXT }), ...request });
}

const PREDICTION = { label: "positive", scores: { positive: 0.93, neutral: 0.05, negative: 0.02 } } as const;

/** A user's arrival time, `backlog` ms ahead. */
function storeWith(backlog: number | "down"): ArrivalStore {
  if (backlog === "down") {
    const fail = () => Promise.reject(new Error("the table does not answer"));
    return { startFrom: fail, advance: fail };
  }
  const tat = NOW + backlog;
  const write = (_user: string, now: number, increment: number): Promise<Write> =>
    Promise.resolve(tat > now ? { applied: false, tat } : { applied: true, tat: now + increment });
  return { startFrom: write, advance: write };
}
