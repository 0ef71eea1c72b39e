// POST /predict: validate, charge the quota, answer from the cache or from the model.
import { captured } from "../drift/capture";
import type { ApiFunction } from "../http/endpoint";
import { textOf } from "../http/text-of";
import { ask } from "../model-client/ask";
import type { ModelClient } from "../model-client/model-client";
import type { Prediction } from "../model-client/schema";
import type { RateLimitGuard } from "../rate-limit/guard";
import type { PredictionCache } from "./cache";
import type { PredictResponse } from "./schema";

interface PredictOptions {
  readonly guard: RateLimitGuard;
  readonly cache: PredictionCache;
  readonly model: ModelClient;
  readonly modelVersion: string;
}

/**
 * The function behind POST /predict, answering a {@link PredictResponse}.
 * Malformed requests are refused before they cost quota; cached answers cost quota like others.
 */
export function predict({ guard, cache, model, modelVersion }: PredictOptions): ApiFunction {
  return async (request) => {
    request.note({ model_version: modelVersion });
    const text = textOf(request);
    await guard(request);
    const cached = cache.get(text);
    request.note({ cache: cached ? "hit" : "miss" });
    const response = cached ?? toResponse(await ask(request, () => model(text, request.correlationId)), modelVersion);
    if (!cached) cache.set(text, response);
    request.note(captured(text, response.sentiment, response.scores));
    return response;
  };
}

function toResponse({ label, scores }: Prediction, modelVersion: string): PredictResponse {
  return { sentiment: label, scores, modelVersion };
}
