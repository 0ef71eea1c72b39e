// Wires the qualification of a new version to AWS.
import { Logger } from "@aws-lambda-powertools/logger";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { Context } from "aws-lambda";
import { readConfig } from "./config";
import { qualify } from "./qualify";
import type { QualificationRecord } from "./record";

const logger = new Logger({ serviceName: "qualification" });

// Throttling is no version's fault: retried for long, within the deadline of the qualification.
const lambda = new LambdaClient({ maxAttempts: 6 });
const ssm = new SSMClient({});

/** Invoked by the pre-traffic hook with `{deploymentId}`. @throws Error that says what is wrong with the event or with AWS. */
export async function handler(
  event: unknown,
  context: Pick<Context, "getRemainingTimeInMillis">,
): Promise<QualificationRecord> {
  return qualify(event, {
    ...readConfig(process.env),
    lambda,
    ssm,
    logger,
    remainingMs: context.getRemainingTimeInMillis(),
  });
}
