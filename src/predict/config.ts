// The function's configuration, read once from its environment.
import { type Environment, oneOf, required, wholeNumber } from "../configuration/environment";
import type { FORMATS } from "../model-client/format";
import type { FailurePolicy } from "../rate-limit/guard";

/** What serverless.yml hands to POST /predict. */
export interface PredictConfig {
  readonly stage: string;
  readonly modelEndpoint: string;
  readonly modelVersion: string;
  /** How the endpoint is asked and answers. */
  readonly modelFormat: keyof typeof FORMATS;
  /** Milliseconds for a prediction, retry included. */
  readonly modelBudgetMs: number;
  readonly rateLimitTable: string;
  readonly rateLimitOnFailure: FailurePolicy;
  /** Milliseconds for one write of the limiter. */
  readonly limiterTimeoutMs: number;
  readonly docsUrl: string;
}

/** @throws Error that names the variable which is missing or wrong, and what it must hold. */
export function readConfig(environment: Environment): PredictConfig {
  return {
    stage: required(environment, "STAGE"),
    modelEndpoint: required(environment, "MODEL_ENDPOINT"),
    modelVersion: required(environment, "MODEL_VERSION"),
    modelFormat: oneOf(environment, "MODEL_FORMAT", ["serin", "autopilot"]),
    modelBudgetMs: wholeNumber(environment, "MODEL_BUDGET_MS", "milliseconds"),
    rateLimitTable: required(environment, "RATE_LIMIT_TABLE"),
    rateLimitOnFailure: oneOf(environment, "RATE_LIMIT_ON_FAILURE", ["allow", "deny"]),
    limiterTimeoutMs: wholeNumber(environment, "RATE_LIMIT_TIMEOUT_MS", "milliseconds"),
    docsUrl: required(environment, "DOCS_URL"),
  };
}
