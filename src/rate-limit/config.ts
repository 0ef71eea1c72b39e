// What a function's environment says about the rate limit.
import { type Environment, oneOf, required, wholeNumber } from "../configuration/environment";
import type { FailurePolicy } from "./guard";

/** Where the limiter keeps its state, and what happens when it fails. */
export interface LimiterConfig {
  readonly rateLimitTable: string;
  readonly rateLimitOnFailure: FailurePolicy;
  /** Milliseconds for one write of the limiter. */
  readonly limiterTimeoutMs: number;
}

/** @throws Error that names the variable which is missing or wrong, and what it must hold. */
export function readLimiterConfig(environment: Environment): LimiterConfig {
  return {
    rateLimitTable: required(environment, "RATE_LIMIT_TABLE"),
    rateLimitOnFailure: oneOf(environment, "RATE_LIMIT_ON_FAILURE", ["allow", "deny"]),
    limiterTimeoutMs: wholeNumber(environment, "RATE_LIMIT_TIMEOUT_MS", "milliseconds"),
  };
}
