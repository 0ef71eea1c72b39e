// The deployed rate limit as a function's environment describes it.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { LimiterConfig } from "./config";
import { dynamoDbStore } from "./dynamodb-store";
import { type RateLimitGuard, rateLimitGuard } from "./guard";

/** The guard of all operations: they charge one quota. */
export function deployedGuard({ rateLimitTable, rateLimitOnFailure, limiterTimeoutMs }: LimiterConfig): RateLimitGuard {
  const client = new DynamoDBClient({
    cacheMiddleware: true, // the stack does not change after start-up: resolve it once
    maxAttempts: 2,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: limiterTimeoutMs,
      requestTimeout: limiterTimeoutMs,
      throwOnRequestTimeout: true,
    }),
  });
  return rateLimitGuard({ store: dynamoDbStore(client, rateLimitTable), onFailure: rateLimitOnFailure });
}
