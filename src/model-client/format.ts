// How the two kinds of endpoint are asked for a prediction, and how their answers are read.
import { csvField } from "./csv";
import type { AutopilotAnswer, Prediction } from "./schema";
import { validateAutopilotAnswer, validatePrediction } from "./validate.generated";

/** What an endpoint takes and gives; its answers are JSON. */
export interface ModelFormat {
  readonly contentType: string;
  readonly request: (text: string) => string;
  /** @returns undefined for an answer that is no prediction. */
  readonly prediction: (answer: unknown) => Prediction | undefined;
}

/** By the word that serverless.yml puts into MODEL_FORMAT. */
export const FORMATS = {
  /** model/inference.py. */
  serin: {
    contentType: "application/json",
    request: (text) => JSON.stringify({ text }),
    prediction: checked,
  },
  /** A model of SageMaker Autopilot (docs.aws.amazon.com/sagemaker/latest/dg/canvas-deploy-model-invoke.html). */
  autopilot: {
    contentType: "text/csv",
    request: (text) => `${csvField(text)}\n`,
    prediction: (answer) => (validateAutopilotAnswer(answer) ? checked(fromAutopilot(answer)) : undefined),
  },
} as const satisfies Readonly<Record<string, ModelFormat>>;

function checked(prediction: unknown): Prediction | undefined {
  return validatePrediction(prediction) ? prediction : undefined;
}

/** What is missing or no probability is found by the check of the result. */
function fromAutopilot({ predictions }: AutopilotAnswer): unknown {
  const [prediction] = predictions.map((row) => {
    const probabilities = list(row.probabilities);
    const scores = list(row.labels).map((label, index) => [String(label), probabilities[index]] as const);
    return { label: row.predicted_label, scores: Object.fromEntries(scores) };
  });
  return prediction;
}

/** Lists may come as the text that Python prints of them; the schema lets no other text through. */
function list(value: string | readonly unknown[]): readonly unknown[] {
  if (typeof value !== "string") return value;
  return [JSON.parse(value.replaceAll("'", '"'))].flat();
}
