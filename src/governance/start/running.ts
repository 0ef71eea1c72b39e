// Which governance job of the stage runs, as SageMaker says.
import {
  DescribeProcessingJobCommand,
  type ProcessingJobStatus,
  paginateListProcessingJobs,
  type SageMakerClient,
  SageMakerServiceException,
} from "@aws-sdk/client-sagemaker";
import { jobPrefix } from "../report-place";

const RUNNING: readonly ProcessingJobStatus[] = ["InProgress", "Stopping"];

/** @returns undefined for a job that is not there. */
export async function statusOf(sageMaker: SageMakerClient, job: string): Promise<ProcessingJobStatus | undefined> {
  try {
    const request = new DescribeProcessingJobCommand({ ProcessingJobName: job });
    return (await sageMaker.send(request)).ProcessingJobStatus;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** SageMaker reports what is not there as one of these, from one API to the next. */
function isNotFound(error: unknown): boolean {
  if (!(error instanceof SageMakerServiceException)) return false;
  if (error.name === "ResourceNotFound") return true;
  return error.name === "ValidationException" && /could not find/i.test(error.message);
}

/** Also one that somebody cloned in the console. @returns The first that runs. */
export async function runningJob(sageMaker: SageMakerClient, stage: string): Promise<string | undefined> {
  const prefix = jobPrefix(stage);
  for (const StatusEquals of RUNNING) {
    const pages = paginateListProcessingJobs({ client: sageMaker }, { NameContains: prefix, StatusEquals });
    for await (const { ProcessingJobSummaries = [] } of pages) {
      const job = ProcessingJobSummaries.find(({ ProcessingJobName }) => ProcessingJobName?.startsWith(prefix));
      if (job) return job.ProcessingJobName;
    }
  }
  return undefined;
}
