// Wires POST /explain to AWS.
import { endpoint } from "../http/endpoint";
import { deployedModel } from "../model-client/deployed";
import { batchModelClient } from "../model-client/model-client";
import { deployedGuard } from "../rate-limit/deployed";
import { createTelemetry } from "../telemetry/telemetry";
import { readConfig } from "./config";
import { explain } from "./explain";

const config = readConfig(process.env);

/** Lambda handler of POST /explain. */
export const handler = endpoint({
  telemetry: createTelemetry("explain", config),
  docsUrl: config.docsUrl,
  handle: explain({
    guard: deployedGuard(config),
    model: batchModelClient(deployedModel(config)),
    modelVersion: config.modelVersion,
  }),
});
