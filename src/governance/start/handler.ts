// Wires the start of the governance job to AWS.
import { Logger } from "@aws-lambda-powertools/logger";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { S3Client } from "@aws-sdk/client-s3";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { SSMClient } from "@aws-sdk/client-ssm";
import { readConfig } from "./config";
import { type Started, start } from "./start";
import { trafficOfWeek } from "./traffic";

const config = readConfig(process.env);
const logger = new Logger({ serviceName: "governance-start" });
const logs = new CloudWatchLogsClient({});
const clients = { s3: new S3Client({}), sageMaker: new SageMakerClient({}), ssm: new SSMClient({}) };
const now = () => new Date();

/** Invoked by the schedule with `{due}`, or by hand with `{}`. @throws Error that says what is wrong with the event or with AWS. */
export async function handler(event: unknown): Promise<Started> {
  return start(event, { config, logger, ...clients, now, traffic });
}

/** A report without it is worth more than none: what could not be read stands in its notes. */
async function traffic(): Promise<unknown> {
  const found = await trafficOfWeek({ logs, logGroup: config.predictLog, now: now() });
  if (found.notes.length > 0) logger.warn("traffic is incomplete", { notes: found.notes });
  return found;
}
