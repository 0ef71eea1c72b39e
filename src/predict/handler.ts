// Wires POST /predict to AWS.
import { endpoint } from "../http/endpoint";
import { deployedModel } from "../model-client/deployed";
import { modelClient } from "../model-client/model-client";
import { deployedGuard } from "../rate-limit/deployed";
import { createTelemetry } from "../telemetry/telemetry";
import { predictionCache } from "./cache";
import { readConfig } from "./config";
import { predict } from "./predict";

const config = readConfig(process.env);

/** Lambda handler of POST /predict. */
export const handler = endpoint({
  telemetry: createTelemetry("predict", config),
  docsUrl: config.docsUrl,
  handle: predict({
    guard: deployedGuard(config),
    cache: predictionCache(config.modelVersion),
    model: modelClient(deployedModel(config)),
    modelVersion: config.modelVersion,
  }),
});
