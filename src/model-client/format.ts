// How the two kinds of endpoint are asked for predictions, and how their answers are read.
import { csvField } from "./csv";
import type { AutopilotAnswer, Prediction } from "./schema";
import { validateAutopilotAnswer, validatePrediction } from "./validate.generated";

/** What an endpoint is sent, and what of its answers is believed. */
export interface Exchange<Answer> {
  readonly contentType: string;
  /** Type of the answer that is asked for. */
  readonly accept: string;
  readonly body: string;
  /** @returns undefined for an answer that is not what was asked for. @throws SyntaxError */
  readonly read: (answer: string) => Answer | undefined;
}

/** What an endpoint takes and gives. */
export interface ModelFormat {
  readonly one: (text: string) => Exchange<Prediction>;
  /** One prediction for each of the texts, in their order. */
  readonly many: (texts: readonly string[]) => Exchange<readonly Prediction[]>;
}

/** By the word that serverless.yml puts into MODEL_FORMAT. */
export const FORMATS = {
  /** model/inference.py. */
  serin: {
    one: (text) => ({
      contentType: "application/json",
      accept: "application/json",
      body: JSON.stringify({ text }),
      read: (answer) => checked(JSON.parse(answer)),
    }),
    many: (texts) => ({
      contentType: "application/jsonlines",
      accept: "application/jsonlines",
      body: texts.map((text) => `${JSON.stringify({ text })}\n`).join(""),
      read: (answer) => allOf(texts, answer.trimEnd().split("\n").map(parse)),
    }),
  },
  /** A model of SageMaker Autopilot (docs.aws.amazon.com/sagemaker/latest/dg/canvas-deploy-model-invoke.html). */
  autopilot: {
    one: (text) => ({ ...rows([text]), read: (answer) => fromAutopilot([text], answer)?.[0] }),
    many: (texts) => ({ ...rows(texts), read: (answer) => fromAutopilot(texts, answer) }),
  },
} as const satisfies Readonly<Record<string, ModelFormat>>;

/** The empty text is sent as a space: readers of CSV take an empty field for a missing value. */
function rows(texts: readonly string[]) {
  const body = texts.map((text) => `${csvField(text || " ")}\n`).join("");
  return { contentType: "text/csv", accept: "application/json", body };
}

function parse(json: string): unknown {
  return JSON.parse(json);
}

/** What is missing or no probability is found by the check of the result. */
function fromAutopilot(texts: readonly string[], answer: string): readonly Prediction[] | undefined {
  const parsed = parse(answer);
  return validateAutopilotAnswer(parsed) ? allOf(texts, parsed.predictions.map(unchecked)) : undefined;
}

function unchecked(row: AutopilotAnswer["predictions"][number]): unknown {
  const probabilities = list(row.probabilities);
  const scores = list(row.labels).map((label, index) => [String(label), probabilities[index]] as const);
  return { label: row.predicted_label, scores: Object.fromEntries(scores) };
}

/** Lists may come as the text that Python prints of them; the schema lets no other text through. */
function list(value: string | readonly unknown[]): readonly unknown[] {
  if (typeof value !== "string") return value;
  return [JSON.parse(value.replaceAll("'", '"'))].flat();
}

/** Only as many predictions as there are texts can be theirs. */
function allOf(texts: readonly string[], answers: readonly unknown[]): readonly Prediction[] | undefined {
  const predictions = answers.filter((answer) => validatePrediction(answer));
  return answers.length === texts.length && predictions.length === texts.length ? predictions : undefined;
}

function checked(answer: unknown): Prediction | undefined {
  return validatePrediction(answer) ? answer : undefined;
}
