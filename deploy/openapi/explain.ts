// POST /explain in the API's document, with examples answered by its own code.
import { explain, PRICE } from "../../src/explain/explain";
import { EXPLAIN_RESPONSE } from "../../src/explain/schema";
import { MAX_PARTS } from "../../src/explain/words";
import { TEXT_REQUEST } from "../../src/http/text-request";
import type { Prediction } from "../../src/model-client/schema";
import { type Answer, answer } from "./answer";
import type { Operation } from "./operation";
import { guardWith, MODEL_VERSION, PROBLEMS_OF_ALL, PROBLEMS_OF_TEXTS, type Scenario } from "./scenarios";

/** Short, since the answer has an entry for each word. */
const EXAMPLE = "Fast and friendly support";

/** The entry of POST /explain. */
export async function explainOperation(): Promise<Operation> {
  return {
    method: "post",
    path: "/explain",
    id: "explain",
    tag: "Explanations",
    scope: "serin/explain",
    summary: "Explain a prediction",
    description: [
      "Classifies a text as `POST /predict` does, and tells what each word adds to the scores, or takes from them.",
      `A text of more than ${MAX_PARTS} words is explained by ${MAX_PARTS} phrases.`,
      "",
      "The weights estimate Shapley values: the model is asked for the text with many choices of its words left out.",
      "They say what this model does with these words, not why anybody wrote them.",
      "",
      `Each call costs ${PRICE} requests of your quota; a malformed request (400, 413, 415) costs nothing.`,
    ].join("\n"),
    request: { name: "TextRequest", schema: TEXT_REQUEST, example: { text: EXAMPLE } },
    response: { name: "ExplainResponse", schema: EXPLAIN_RESPONSE },
    answers: await Promise.all([{}, ...PROBLEMS_OF_TEXTS, ...PROBLEMS_OF_ALL].map(play)),
  };
}

function play(scenario: Scenario): Promise<Answer> {
  const { failure } = scenario;
  const handle = explain({
    guard: guardWith(scenario),
    model: (texts) => (failure ? Promise.reject(failure) : Promise.resolve(texts.map(predicted))),
    modelVersion: MODEL_VERSION,
  });
  return answer(handle, { method: "POST", path: "/explain", body: JSON.stringify({ text: EXAMPLE }), ...scenario });
}

/** Each of two words moves the scores. */
function predicted(text: string): Prediction {
  const positive = 0.2 + (text.includes("Fast") ? 0.3 : 0) + (text.includes("friendly") ? 0.4 : 0);
  const [neutral, negative] = [(1 - positive) * 0.8, (1 - positive) * 0.2];
  const round = (score: number) => Math.round(score * 1e6) / 1e6;
  const scores = { positive: round(positive), neutral: round(neutral), negative: round(negative) };
  return { label: positive > 0.5 ? "positive" : "neutral", scores };
}
