// POST /predict: validate, charge the quota, answer from the cache or from the model.
import type { ApiFunction, ApiRequest } from "../http/endpoint";
import { Problem } from "../http/problem";
import { assertMatches } from "../http/schema-errors";
import { type ModelClient, ModelUnavailableError } from "../model-client/model-client";
import type { Prediction } from "../model-client/schema";
import type { RateLimitGuard } from "../rate-limit/guard";
import type { PredictionCache } from "./cache";
import type { PredictResponse } from "./schema";
import { validatePredictRequest } from "./validate.generated";

interface PredictOptions {
  readonly guard: RateLimitGuard;
  readonly cache: PredictionCache;
  readonly model: ModelClient;
  readonly modelVersion: string;
}

/** Seconds a client is asked to wait when the model is down: about what a replaced instance or a throttle needs. */
const RETRY_AFTER_SECONDS = 5;

/**
 * The function behind POST /predict, answering a {@link PredictResponse}.
 * Malformed requests are refused before they cost quota; cached answers cost quota like others.
 */
export function predict({ guard, cache, model, modelVersion }: PredictOptions): ApiFunction {
  return async (request) => {
    request.note({ model_version: modelVersion });
    const body = request.json();
    assertMatches(validatePredictRequest, body);
    request.note({ text_bytes: Buffer.byteLength(body.text) });
    await guard(request);
    const cached = cache.get(body.text);
    request.note({ cache: cached ? "hit" : "miss" });
    if (cached) return cached;
    const response = toResponse(await ask(model, body.text, request), modelVersion);
    cache.set(body.text, response);
    return response;
  };
}

async function ask(model: ModelClient, text: string, request: ApiRequest): Promise<Prediction> {
  const startedAt = performance.now();
  try {
    return await model(text, request.correlationId);
  } catch (cause) {
    if (!(cause instanceof ModelUnavailableError)) throw cause;
    request.note({ model_failure: cause.reason });
    throw new Problem("model_unavailable", "The model did not answer; retry later.", {
      headers: { "retry-after": String(RETRY_AFTER_SECONDS) },
      cause,
    });
  } finally {
    request.note({ model_latency_ms: Math.round((performance.now() - startedAt) * 10) / 10 });
  }
}

function toResponse({ label, scores }: Prediction, modelVersion: string): PredictResponse {
  return { sentiment: label, scores, modelVersion };
}
