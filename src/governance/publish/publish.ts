// Publishes the report of a completed job: summary, metrics, message, and the pointer to the newest report, which comes last. An event that
// comes twice finds the pointer; an invocation that failed in the middle does everything again.
import type { Logger } from "@aws-lambda-powertools/logger";
import type { S3Client } from "@aws-sdk/client-s3";
import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import { GetParameterCommand, ParameterNotFound, PutParameterCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { reportFolder } from "../report-place";
import type { ReportSummary } from "../summary";
import type { PublishConfig } from "./config";
import { completedJob } from "./event";
import { messageOf } from "./message";
import { publishMetrics } from "./metrics";
import { Report } from "./report";

export interface Publish {
  readonly config: PublishConfig;
  readonly s3: S3Client;
  readonly sns: SNSClient;
  readonly ssm: SSMClient;
  readonly logger: Pick<Logger, "info">;
  readonly now: () => Date;
}

/** @throws Error for a report that is incomplete, or the SDK's error: it is tried again, then alarms (runbooks/governance-errors.md). */
export async function publish(event: unknown, context: Publish): Promise<void> {
  const { config, s3, logger } = context;
  const report = new Report(s3, config.bucket, reportFolder(completedJob(event, config.stage)));
  if (await isSuperseded(report, context)) {
    logger.info("report already published", { report: report.uri });
    return;
  }
  const summary = await complete(report, config);
  await announce(report, summary, context);
  logger.info("report published", { report: report.uri, verdict: summary?.verdict ?? "none" });
}

/** Whether this report, or a newer one, is the newest already. */
async function isSuperseded(report: Report, { config, ssm }: Publish): Promise<boolean> {
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: config.pointer }));
    const newest = new URL(Parameter?.Value ?? "").pathname.slice(1);
    return newest >= report.folder; // folders begin with their date
  } catch (error) {
    if (error instanceof ParameterNotFound) return false;
    throw error;
  }
}

/** @returns undefined for a report of Clarify's. */
async function complete(report: Report, { engineKind }: PublishConfig): Promise<ReportSummary | undefined> {
  if (engineKind === "serin") return report.summary();
  await report.checkClarify();
  return undefined;
}

async function announce(report: Report, summary: ReportSummary | undefined, context: Publish): Promise<void> {
  const { config, sns, ssm, now } = context;
  if (config.lockDays > 0) await report.lock(config.lockDays, now());
  if (summary !== undefined) await report.showAsLatest(summary);
  const message = messageOf(config.stage, report.uri, summary);
  await sns.send(new PublishCommand({ TopicArn: config.topic, ...message }));
  publishMetrics(config.stage, summary);
  const pointer = { Name: config.pointer, Value: report.uri, Type: "String", Overwrite: true } as const;
  await ssm.send(new PutParameterCommand(pointer));
}
