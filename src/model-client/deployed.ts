// The deployed model as a function's environment describes it.
import { SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { ModelConfig } from "./config";
import { FORMATS } from "./format";
import type { ModelClientOptions } from "./model-client";

/** How to ask it, for the model clients. */
export function deployedModel({ modelEndpoint, modelFormat, modelBudgetMs }: ModelConfig): ModelClientOptions {
  const client = new SageMakerRuntimeClient({
    cacheMiddleware: true, // the stack does not change after start-up: resolve it once
    maxAttempts: 1, // the model client retries inside its own budget
    requestHandler: new NodeHttpHandler({ connectionTimeout: modelBudgetMs }),
  });
  return { client, endpoint: modelEndpoint, format: FORMATS[modelFormat], budgetMs: modelBudgetMs };
}
