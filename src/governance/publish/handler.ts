// Wires the publication of a governance report to AWS.
import { Logger } from "@aws-lambda-powertools/logger";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { SSMClient } from "@aws-sdk/client-ssm";
import { readConfig } from "./config";
import { publish } from "./publish";

const config = readConfig(process.env);
const logger = new Logger({ serviceName: "governance-publish" });
const clients = { s3: new S3Client({}), sns: new SNSClient({}), ssm: new SSMClient({}) };

/** Invoked by EventBridge when a job of the stage completed. @throws Error that says what is wrong with the report or with AWS. */
export async function handler(event: unknown): Promise<void> {
  await publish(event, { config, logger, ...clients, now: () => new Date() });
}
