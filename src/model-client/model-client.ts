// Asks the SageMaker endpoint for a prediction: timeouts, one retry, a total budget, and an answer that is checked.
import { setTimeout } from "node:timers/promises";
import { isNativeError } from "node:util/types";
import { InvokeEndpointCommand, ModelError, type SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { isThrottlingError, isTransientError } from "@smithy/core/retry";
import type { Exchange, ModelFormat } from "./format";
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

/** Predicts texts with one invocation: a prediction for each, in their order. @throws ModelUnavailableError */
export type BatchModelClient = (texts: readonly string[], correlationId: string) => Promise<readonly Prediction[]>;

/** Which endpoint is asked, and how. */
export interface ModelClientOptions {
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

/** Asks one endpoint for predictions of single texts. */
export function modelClient(options: ModelClientOptions): ModelClient {
  return (text, correlationId) => invoke(options, options.format.one(text), correlationId);
}

/** Asks one endpoint for predictions of many texts at once. */
export function batchModelClient(options: ModelClientOptions): BatchModelClient {
  return (texts, correlationId) => invoke(options, options.format.many(texts), correlationId);
}

async function invoke<Answer>(
  { client, endpoint, budgetMs, random = Math.random }: ModelClientOptions,
  exchange: Exchange<Answer>,
  correlationId: string,
): Promise<Answer> {
  const command = invocation(endpoint, exchange, correlationId);
  const deadline = AbortSignal.timeout(budgetMs);
  for (let attempt = 1; ; attempt += 1) {
    const abortSignal = AbortSignal.any([deadline, AbortSignal.timeout(budgetMs * ATTEMPT_SHARE)]);
    try {
      const { Body } = await client.send(command, { abortSignal });
      return read(exchange, Body);
    } catch (error) {
      if (attempt === ATTEMPTS || deadline.aborted || !isRetryable(error)) throw unavailable(error);
      await setTimeout(random() * MAX_BACKOFF_MS); // full jitter: clients that failed together do not return together
    }
  }
}

function invocation(endpoint: string, { contentType, accept, body }: Exchange<unknown>, correlationId: string) {
  return new InvokeEndpointCommand({
    EndpointName: endpoint,
    ContentType: contentType,
    Accept: accept,
    InferenceId: correlationId,
    Body: body,
  });
}

/** @throws ModelUnavailableError without the parser's message, which quotes the answer. */
function read<Answer>({ read }: Exchange<Answer>, body: Uint8Array | undefined): Answer {
  try {
    const value = read(new TextDecoder().decode(body ?? new Uint8Array()));
    if (value !== undefined) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new ModelUnavailableError("invalid_answer");
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
