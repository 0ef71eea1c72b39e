// The deployed rate limit as a function's environment describes it.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { StandardRetryStrategy } from "@smithy/core/retry";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { LimiterConfig } from "./config";
import { dynamoDbStore } from "./dynamodb-store";
import { type RateLimitGuard, rateLimitGuard } from "./guard";

/** Does not repeat a write whose answer is late: it may have been applied, and would charge twice. */
class NotWhenLate extends StandardRetryStrategy {
  override async refreshRetryTokenForRetry(
    ...[token, info]: Parameters<StandardRetryStrategy["refreshRetryTokenForRetry"]>
  ) {
    const { error } = info;
    if (error instanceof Error && "code" in error && error.code === "ETIMEDOUT") throw error;
    return super.refreshRetryTokenForRetry(token, info);
  }
}

/** The guard of all operations: they charge one quota. */
export function deployedGuard({ rateLimitTable, rateLimitOnFailure, limiterTimeoutMs }: LimiterConfig): RateLimitGuard {
  const client = new DynamoDBClient({
    cacheMiddleware: true, // the stack does not change after start-up: resolve it once
    retryStrategy: new NotWhenLate(2),
    requestHandler: new NodeHttpHandler({
      connectionTimeout: limiterTimeoutMs,
      requestTimeout: limiterTimeoutMs,
      throwOnRequestTimeout: true,
    }),
  });
  return rateLimitGuard({ store: dynamoDbStore(client, rateLimitTable), onFailure: rateLimitOnFailure });
}
