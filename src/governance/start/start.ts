// Starts the governance job that is due, unless one runs: never two of a stage at once, whoever invokes it how often.
import type { Logger } from "@aws-lambda-powertools/logger";
import type { S3Client } from "@aws-sdk/client-s3";
import { CreateProcessingJobCommand, type SageMakerClient, SageMakerServiceException } from "@aws-sdk/client-sagemaker";
import type { SSMClient } from "@aws-sdk/client-ssm";
import { jobName } from "../report-place";
import type { StartConfig } from "./config";
import { dueTime } from "./event";
import { JobInputs } from "./inputs";
import { clarifyJob, serinJob } from "./job";
import { type Lease, readLease, takeLease } from "./lease";
import { activeModels } from "./models";
import { runningJob, statusOf } from "./running";

/** Milliseconds for which a lease holds without a job: longer than the function's timeout, after which nobody can start it any more. */
const LEASE_MS = 15 * 60_000;

/** The answer. */
export interface Started {
  readonly started: boolean;
  /** The job that was started, or that is in the way. */
  readonly job: string;
  readonly reason: string;
}

export interface Start {
  readonly config: StartConfig;
  readonly s3: S3Client;
  readonly sageMaker: SageMakerClient;
  readonly ssm: SSMClient;
  readonly logger: Pick<Logger, "info" | "warn">;
  /** Traffic of the last week, for the job to judge drift by. */
  readonly traffic: () => Promise<unknown>;
  readonly now: () => Date;
}

/** @throws Error for an event that is none, or the SDK's error: the invocation is then repeated, and finds its own lease. */
export async function start(event: unknown, context: Start): Promise<Started> {
  const { config, logger, now } = context;
  const job = jobName(config.stage, dueTime(event, now()));
  const answer = (await obstacle(job, context)) ?? (await create(job, context));
  logger.info(answer.started ? "governance job started" : "no governance job started", { ...answer });
  return answer;
}

/** Why the job cannot start; undefined when this invocation now has the lease. */
async function obstacle(job: string, context: Start): Promise<Started | undefined> {
  const { config, s3, sageMaker } = context;
  const before = await readLease(s3, config.bucket); // first: what is looked at afterwards is at least as new
  const status = await statusOf(sageMaker, job);
  if (status !== undefined) return { started: false, job, reason: `it was started before: ${status}` };
  const running = await runningJob(sageMaker, config.stage);
  if (running !== undefined) return { started: false, job: running, reason: "it still runs" };
  if (before !== undefined && (await isHeld(before, job, context)))
    return { started: false, job: before.job, reason: "another invocation starts it" };
  if (await takeLease(s3, config.bucket, job, before)) return undefined;
  return { started: false, job, reason: "another invocation was faster" };
}

/** A list may lack what was just created; a look at the job itself does not. */
async function isHeld(lease: Lease, job: string, { sageMaker, now }: Start): Promise<boolean> {
  if (lease.job === job) return false; // of an earlier attempt for the same job
  const status = await statusOf(sageMaker, lease.job);
  if (status === undefined) return now().getTime() - lease.takenAt.getTime() < LEASE_MS;
  return status === "InProgress" || status === "Stopping";
}

async function create(job: string, { config, s3, sageMaker, ssm, traffic }: Start): Promise<Started> {
  const models = await activeModels(ssm, config);
  const inputs = new JobInputs(s3, config, job);
  const request =
    config.engineKind === "serin"
      ? await serinJob(config, job, inputs, models, await traffic())
      : await clarifyJob(config, job, inputs, models);
  try {
    await sageMaker.send(new CreateProcessingJobCommand(request));
  } catch (error) {
    if (!(error instanceof SageMakerServiceException) || error.name !== "ResourceInUse") throw error;
    return { started: false, job, reason: "it was started before" };
  }
  return { started: true, job, reason: "it was due" };
}
