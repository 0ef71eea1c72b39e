// Wires POST /predict to AWS.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { endpoint } from "../http/endpoint";
import { FORMATS } from "../model-client/format";
import { modelClient } from "../model-client/model-client";
import { dynamoDbStore } from "../rate-limit/dynamodb-store";
import { rateLimitGuard } from "../rate-limit/guard";
import { createTelemetry } from "../telemetry/telemetry";
import { predictionCache } from "./cache";
import { readConfig } from "./config";
import { predict } from "./predict";

const config = readConfig(process.env);

const dynamoDb = new DynamoDBClient({
  cacheMiddleware: true, // the stack does not change after start-up: resolve it once
  maxAttempts: 2,
  requestHandler: new NodeHttpHandler({
    connectionTimeout: config.limiterTimeoutMs,
    requestTimeout: config.limiterTimeoutMs,
    throwOnRequestTimeout: true,
  }),
});

const sageMaker = new SageMakerRuntimeClient({
  cacheMiddleware: true,
  maxAttempts: 1, // the model client retries inside its own budget
  requestHandler: new NodeHttpHandler({ connectionTimeout: config.modelBudgetMs }),
});

/** Lambda handler of POST /predict. */
export const handler = endpoint({
  telemetry: createTelemetry("predict", config),
  docsUrl: config.docsUrl,
  handle: predict({
    guard: rateLimitGuard({
      store: dynamoDbStore(dynamoDb, config.rateLimitTable),
      onFailure: config.rateLimitOnFailure,
    }),
    cache: predictionCache(config.modelVersion),
    model: modelClient({
      client: sageMaker,
      endpoint: config.modelEndpoint,
      format: FORMATS[config.modelFormat],
      budgetMs: config.modelBudgetMs,
    }),
    modelVersion: config.modelVersion,
  }),
});
