// Wires GET /explainability to AWS.
import { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { endpoint } from "../../http/endpoint";
import { deployedGuard } from "../../rate-limit/deployed";
import { createTelemetry } from "../../telemetry/telemetry";
import { readConfig } from "./config";
import { explainability } from "./explainability";
import { latestSummary } from "./latest-summary";

const TIMEOUT_MS = 1_500; // twice, and the function still has time to say that S3 is down

const config = readConfig(process.env);

const s3 = new S3Client({
  maxAttempts: 2,
  requestHandler: new NodeHttpHandler({
    connectionTimeout: TIMEOUT_MS,
    requestTimeout: TIMEOUT_MS,
    throwOnRequestTimeout: true,
  }),
});

/** Lambda handler of GET /explainability. */
export const handler = endpoint({
  telemetry: createTelemetry("explainability", config),
  docsUrl: config.docsUrl,
  handle: explainability({ guard: deployedGuard(config), latest: latestSummary(s3, config.reportsBucket) }),
});
