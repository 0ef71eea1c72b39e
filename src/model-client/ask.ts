// Asks the model on behalf of a request: how long it took is noted, and a model that is down becomes a problem that says when to retry.
import type { ApiRequest } from "../http/endpoint";
import { Problem } from "../http/problem";
import { ModelUnavailableError } from "./model-client";

/** Seconds a client is asked to wait when the model is down: about what a replaced instance or a throttle needs. */
const RETRY_AFTER_SECONDS = 5;

/** @throws Problem `model_unavailable` in place of a ModelUnavailableError. */
export async function ask<Answer>(request: ApiRequest, model: () => Promise<Answer>): Promise<Answer> {
  const startedAt = performance.now();
  try {
    return await model();
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
