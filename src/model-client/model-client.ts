// Asks the SageMaker endpoint for a prediction: timeouts, one retry, a total budget, and an answer that is checked.
import { setTimeout } from "node:timers/promises";
import { isNativeError } from "node:util/types";
import { InvokeEndpointCommand, ModelError, type SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { isThrottlingError, isTransientError } from "@smithy/core/retry";
import type { ModelFormat } from "./format";
import type { Prediction } from "./schema";

/** The model could not answer in time, or answered something that is no prediction. `reason` is safe to log. */
export class ModelUnavailableError extends Error {
  override readonly name = "ModelUnavailableError";

  constructor(
    readonly reason: "timeout" | "throttled" | "failed" | "invalid_answer",
    options: { cause?: unknown } = {},
  ) {
    super(`model unavailable: ${reason}`, options);
  }
}

/** Predicts one text. @throws ModelUnavailableError */
export type ModelClient = (text: string, correlationId: string) => Promise<Prediction>;

interface ModelClientOptions {
  /** Must not retry by itself (`maxAttempts: 1`). */
  readonly client: SageMakerRuntimeClient;
  readonly endpoint: string;
  readonly format: ModelFormat;
  /** Milliseconds for everything, retry included. */
  readonly budgetMs: number;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

const ATTEMPTS = 2;
const MAX_BACKOFF_MS = 50;
/** Share of the budget after which a hanging first attempt is given up, so that a second one still fits. */
const ATTEMPT_SHARE = 0.6;

/** A model client for one endpoint. */
export function modelClient(options: ModelClientOptions): ModelClient {
  const { client, format, budgetMs, random = Math.random } = options;
  return async (text, correlationId) => {
    const command = invocation(options, text, correlationId);
    const deadline = AbortSignal.timeout(budgetMs);
    for (let attempt = 1; ; attempt += 1) {
      const abortSignal = AbortSignal.any([deadline, AbortSignal.timeout(budgetMs * ATTEMPT_SHARE)]);
      try {
        const { Body } = await client.send(command, { abortSignal });
        return parsePrediction(format, Body);
      } catch (error) {
        if (attempt === ATTEMPTS || deadline.aborted || !isRetryable(error)) throw unavailable(error);
        await setTimeout(random() * MAX_BACKOFF_MS); // full jitter: clients that failed together do not return together
      }
    }
  };
}

function invocation({ endpoint, format }: ModelClientOptions, text: string, correlationId: string) {
  return new InvokeEndpointCommand({
    EndpointName: endpoint,
    ContentType: format.contentType,
    Accept: "application/json",
    InferenceId: correlationId,
    Body: format.request(text),
  });
}

function parsePrediction(format: ModelFormat, body: Uint8Array | undefined): Prediction {
  const prediction = format.prediction(parseJson(new TextDecoder().decode(body ?? new Uint8Array())));
  if (prediction) return prediction;
  throw new ModelUnavailableError("invalid_answer");
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new ModelUnavailableError("invalid_answer"); // without the parser's message, which quotes the answer
  }
}

/** The SDK calls broken connections timeouts too, but gives those a `code`. */
function isTimeout(error: unknown): boolean {
  return isNativeError(error) && (error.name === "AbortError" || (error.name === "TimeoutError" && !("code" in error)));
}

function isRetryable(error: unknown): boolean {
  const containerFailed = error instanceof ModelError && (error.OriginalStatusCode ?? 500) >= 500;
  return (
    containerFailed || isTimeout(error) || (isSdkError(error) && (isThrottlingError(error) || isTransientError(error)))
  );
}

function unavailable(error: unknown): ModelUnavailableError {
  if (error instanceof ModelUnavailableError) return error;
  if (isTimeout(error)) return new ModelUnavailableError("timeout", { cause: error });
  const throttled = isSdkError(error) && isThrottlingError(error);
  return new ModelUnavailableError(throttled ? "throttled" : "failed", { cause: error });
}

function isSdkError(error: unknown): error is Parameters<typeof isTransientError>[0] {
  return isNativeError(error) && (error.cause === undefined || isNativeError(error.cause));
}
