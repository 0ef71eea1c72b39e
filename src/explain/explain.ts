// POST /explain: validate, charge the quota, ask the model for the text with some of its words, share the scores out.
import type { ApiFunction } from "../http/endpoint";
import { textOf } from "../http/text-of";
import { ask } from "../model-client/ask";
import type { BatchModelClient } from "../model-client/model-client";
import type { Prediction } from "../model-client/schema";
import type { RateLimitGuard } from "../rate-limit/guard";
import { textsToScore, type WeighedPart, weigh } from "./attribution";
import type { ExplainResponse } from "./schema";
import { type Part, partsOf, withOnly } from "./words";

interface ExplainOptions {
  readonly guard: RateLimitGuard;
  readonly model: BatchModelClient;
  readonly modelVersion: string;
}

/**
 * Requests of the quota that an explanation costs. Of 25 words it takes the model 96 short texts, the time of some 35
 * predictions (docs/explanations.md); with its full price a user could explain hardly anything.
 */
export const PRICE = 10;

/** Weights are means of four differences of scores with six decimals: more decimals would be noise of floating point. */
const DECIMALS = 8;

/** The function behind POST /explain, answering an {@link ExplainResponse}. Malformed requests are refused before they cost quota. */
export function explain({ guard, model, modelVersion }: ExplainOptions): ApiFunction {
  return async (request) => {
    request.note({ model_version: modelVersion });
    const text = textOf(request);
    await guard(request, PRICE);
    const parts = partsOf(text);
    const texts = textsToScore(text, parts);
    request.note({ text_parts: parts.length, texts_scored: texts.length });
    const predictions = await ask(request, () => model(texts, request.correlationId));
    return toResponse(text, parts, lookUp(texts, predictions), modelVersion);
  };
}

function toResponse(
  text: string,
  parts: readonly Part[],
  predictionOf: (text: string) => Prediction,
  modelVersion: string,
): ExplainResponse {
  const { label, scores } = predictionOf(text);
  return {
    sentiment: label,
    scores,
    baseline: predictionOf(withOnly(text, parts, new Set())).scores,
    words: weigh(text, parts, (some) => predictionOf(some).scores).map(rounded),
    modelVersion,
  };
}

function lookUp(texts: readonly string[], predictions: readonly Prediction[]): (text: string) => Prediction {
  const byText = new Map(texts.map((text, index) => [text, predictions[index]]));
  return (text) => {
    const prediction = byText.get(text);
    if (!prediction) throw new Error("a text was not scored");
    return prediction;
  };
}

function rounded({ weights: { positive, neutral, negative }, ...part }: WeighedPart): WeighedPart {
  const round = (weight: number) => Number(weight.toFixed(DECIMALS));
  return { ...part, weights: { positive: round(positive), neutral: round(neutral), negative: round(negative) } };
}
