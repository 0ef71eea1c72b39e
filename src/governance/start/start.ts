// Starts the governance job that is due, unless one runs: never two of a stage at once, whoever invokes it how often.
import type { Logger } from "@aws-lambda-powertools/logger";
import type { S3Client } from "@aws-sdk/client-s3";
import {
  CreateProcessingJobCommand,
  type CreateProcessingJobCommandInput,
  type SageMakerClient,
  SageMakerServiceException,
} from "@aws-sdk/client-sagemaker";
import type { SSMClient } from "@aws-sdk/client-ssm";
import { jobName } from "../report-place";
import type { StartConfig } from "./config";
import { dueTime } from "./event";
import { JobInputs } from "./inputs";
import { clarifyJob, serinJob } from "./job";
import { giveBack, type Lease, readLease, takeLease } from "./lease";
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

/** @throws Error for an event that is none, or the SDK's error: the invocation is then repeated. */
export async function start(event: unknown, context: Start): Promise<Started> {
  const { config, logger, now } = context;
  const job = jobName(config.stage, dueTime(event, now()));
  const answer = await attempt(job, context);
  logger.info(answer.started ? "governance job started" : "no governance job started", { ...answer });
  return answer;
}

async function attempt(job: string, context: Start): Promise<Started> {
  const { config, s3 } = context;
  const before = await readLease(s3, config.bucket); // first: what is looked at afterwards is at least as new
  const inTheWay = await obstacle(job, before, context);
  if (inTheWay !== undefined) return inTheWay;
  const lease = await takeLease(s3, config.bucket, job, before);
  if (lease === undefined) return { started: false, job, reason: "another invocation was faster" };
  let isAsked = false;
  try {
    const request = await requestFor(job, context);
    isAsked = true;
    return await create(job, request, context);
  } catch (error) {
    if (!isAsked || isRefusal(error)) await free(lease, context); // else there may be a job: an answer was lost
    throw error;
  }
}

/** So that the next invocation need not wait until the lease runs out. It does where that fails. */
async function free(lease: string, { config, s3, logger }: Start): Promise<void> {
  try {
    await giveBack(s3, config.bucket, lease);
  } catch (error) {
    logger.warn("the lease was not given back", { error });
  }
}

/** Why the job cannot start. */
async function obstacle(job: string, lease: Lease | undefined, context: Start): Promise<Started | undefined> {
  const { config, sageMaker } = context;
  const status = await statusOf(sageMaker, job);
  if (status !== undefined) return { started: false, job, reason: `it was started before: ${status}` };
  const running = await runningJob(sageMaker, config.stage);
  if (running !== undefined) return { started: false, job: running, reason: "it still runs" };
  return lease && held(lease, job, context);
}

/** Who holds the lease, if anybody. A list of jobs may lack what was just created; a look at the job itself does not. */
async function held({ job, takenAt }: Lease, own: string, { sageMaker, now }: Start): Promise<Started | undefined> {
  if (job === undefined || job === own) return undefined; // given back, or of an earlier attempt for the same job
  const status = await statusOf(sageMaker, job);
  if (status === "InProgress" || status === "Stopping") return { started: false, job, reason: "it still runs" };
  if (status !== undefined || now().getTime() - takenAt.getTime() >= LEASE_MS) return undefined;
  const reason = `another invocation has been starting it since ${takenAt.toISOString()}; if that one died, another can 15 minutes after`;
  return { started: false, job, reason };
}

async function requestFor(job: string, context: Start): Promise<CreateProcessingJobCommandInput> {
  const { config, s3, ssm, traffic } = context;
  const models = await activeModels(ssm, config);
  const inputs = new JobInputs(s3, config, job);
  return config.engineKind === "serin"
    ? serinJob(config, job, inputs, models, await traffic())
    : clarifyJob(config, job, inputs, models);
}

async function create(job: string, request: CreateProcessingJobCommandInput, { sageMaker }: Start): Promise<Started> {
  try {
    await sageMaker.send(new CreateProcessingJobCommand(request));
  } catch (error) {
    if (!isRefusal(error) || error.name !== "ResourceInUse") throw error;
    return { started: false, job, reason: "it was started before" };
  }
  return { started: true, job, reason: "it was due" };
}

/** SageMaker's own no, after which there is no job. */
function isRefusal(error: unknown): error is SageMakerServiceException {
  return error instanceof SageMakerServiceException && error.$fault === "client";
}
