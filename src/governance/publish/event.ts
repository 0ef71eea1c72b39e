// EventBridge's event of a processing job that changed its state.
import { jobPrefix } from "../report-place";

/**
 * The completed job of this stage that the event tells about.
 * @throws Error for another event: the rule in deploy/governance.yml lets none through.
 */
export function completedJob(event: unknown, stage: string): string {
  const detail = member(event, "detail");
  const [job, status] = [member(detail, "ProcessingJobName"), member(detail, "ProcessingJobStatus")];
  if (typeof job === "string" && job.startsWith(jobPrefix(stage)) && status === "Completed") return job;
  throw new Error(`the event is not one of a completed governance job of stage ${stage}`);
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
