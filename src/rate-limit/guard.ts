// Lets a request pass or refuses it with 429, and decides by policy when the limiter itself fails.

import { isNativeError } from "node:util/types";
import type { ApiRequest } from "../http/endpoint";
import { Problem } from "../http/problem";
import { type ArrivalStore, type Decision, perMinute, type RateLimit, takeToken, USER_LIMIT } from "./gcra";

/** What happens to a request that the limiter cannot judge. */
export type FailurePolicy = "allow" | "deny";

/** Charges the request's user, or refuses. @throws Problem `rate_limit_exceeded` or `rate_limiter_unavailable`. */
export type RateLimitGuard = (request: ApiRequest, cost?: number) => Promise<void>;

interface GuardOptions {
  readonly store: ArrivalStore;
  readonly onFailure: FailurePolicy;
  readonly limit?: RateLimit;
  /** ms since the epoch. */
  readonly clock?: () => number;
}

/** Seconds a client is asked to wait when the limiter is down and policy is `deny`. */
const RETRY_AFTER_FAILURE_SECONDS = 5;

/**
 * A guard that also sets `RateLimit-Policy`, `-Limit`, `-Remaining` and `-Reset`
 * (draft-ietf-httpapi-ratelimit-headers-06) on the response.
 */
export function rateLimitGuard({
  store,
  onFailure,
  limit = USER_LIMIT,
  clock = Date.now,
}: GuardOptions): RateLimitGuard {
  return async (request, cost = 1) => {
    let decision: Decision;
    try {
      decision = await takeToken(store, limit, request.user, clock(), cost);
    } catch (cause) {
      failed(request, onFailure, cause);
      return;
    }
    describe(request, limit, decision);
    if (!decision.allowed) throw exceeded(limit, decision);
  };
}

function failed(request: ApiRequest, onFailure: FailurePolicy, cause: unknown): void {
  request.note({ rate_limiter: "failed", rate_limiter_error: isNativeError(cause) ? cause.name : "unknown" });
  if (onFailure === "allow") return;
  throw new Problem("rate_limiter_unavailable", "The request could not be checked against your quota; retry later.", {
    headers: { "retry-after": String(RETRY_AFTER_FAILURE_SECONDS) },
    cause,
  });
}

function describe(request: ApiRequest, limit: RateLimit, decision: Decision): void {
  request.setHeader("ratelimit-policy", `${perMinute(limit)};w=60;burst=${limit.burst}`);
  request.setHeader("ratelimit-limit", String(limit.burst));
  request.setHeader("ratelimit-remaining", String(decision.remaining));
  request.setHeader("ratelimit-reset", String(decision.resetSeconds));
}

function exceeded(limit: RateLimit, { retryAfterSeconds }: Decision): Problem {
  const quota = `${perMinute(limit)} requests a minute with bursts of ${limit.burst}`;
  return new Problem("rate_limit_exceeded", `Your quota is ${quota}; retry in ${retryAfterSeconds} s.`, {
    headers: { "retry-after": String(retryAfterSeconds) },
  });
}
