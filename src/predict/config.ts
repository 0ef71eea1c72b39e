// The function's configuration, read once from its environment.
import type { FailurePolicy } from "../rate-limit/guard";

/** What serverless.yml hands to POST /predict. */
export interface PredictConfig {
  readonly modelEndpoint: string;
  readonly modelVersion: string;
  /** Milliseconds for a prediction, retry included. */
  readonly modelBudgetMs: number;
  readonly rateLimitTable: string;
  readonly rateLimitOnFailure: FailurePolicy;
  /** Milliseconds for one write of the limiter. */
  readonly limiterTimeoutMs: number;
  readonly docsUrl: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Error that names the variable which is missing or wrong, and what it must hold. */
export function readConfig(environment: Environment): PredictConfig {
  return {
    modelEndpoint: required(environment, "MODEL_ENDPOINT"),
    modelVersion: required(environment, "MODEL_VERSION"),
    modelBudgetMs: milliseconds(environment, "MODEL_BUDGET_MS"),
    rateLimitTable: required(environment, "RATE_LIMIT_TABLE"),
    rateLimitOnFailure: policy(environment, "RATE_LIMIT_ON_FAILURE"),
    limiterTimeoutMs: milliseconds(environment, "RATE_LIMIT_TIMEOUT_MS"),
    docsUrl: required(environment, "DOCS_URL"),
  };
}

function required(environment: Environment, name: string): string {
  const value = environment[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set; see serverless.yml`);
  return value;
}

function milliseconds(environment: Environment, name: string): number {
  const value = Number(required(environment, name));
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${name} must be a whole number of milliseconds above 0`);
}

function policy(environment: Environment, name: string): FailurePolicy {
  const value = required(environment, name);
  if (value === "allow" || value === "deny") return value;
  throw new Error(`${name} must be allow or deny`);
}
