// Follows an Autopilot job to its end, and says why when that is no model.
import {
  type AutoMLCandidate,
  DescribeAutoMLJobV2Command,
  type DescribeAutoMLJobV2CommandOutput,
  ResourceNotFound,
} from "@aws-sdk/client-sagemaker";
import { UserError } from "../local/user-error";
import { explained } from "../release/aws-error";
import type { Interruption } from "../release/interruption";
import { runSteps } from "../release/release-command";
import type { Stage } from "../release/stage";
import { waitUntil } from "../release/wait";

/** A job as SageMaker describes it. */
export type Job = DescribeAutoMLJobV2CommandOutput;

const SLOWER = 10; // looks at a job that takes hours, not minutes

/** @returns undefined when there is none of that name. */
export async function findJob({ aws }: Stage, name: string): Promise<Job | undefined> {
  try {
    return await aws.sageMaker.send(new DescribeAutoMLJobV2Command({ AutoMLJobName: name }));
  } catch (error) {
    if (error instanceof ResourceNotFound) return undefined;
    throw error;
  }
}

/** Shows the job's progress. @throws UserError with AWS's reason when it ends without a model. */
export async function awaitModel(stage: Stage, name: string, interruption: Interruption): Promise<AutoMLCandidate> {
  interruption.goesOn = goesOn(stage, name);
  const ended: { job?: Job | undefined } = {};
  await runSteps(ended, [
    {
      title: `Autopilot job ${name}`,
      task: async (_, task) => {
        ended.job = await followed(stage, name, interruption.signal, (progress) => {
          task.output = progress;
        });
        bestCandidate(ended.job, stage, name);
      },
    },
  ]);
  for (const { PartialFailureMessage = "" } of ended.job?.PartialFailureReasons ?? [])
    if (PartialFailureMessage !== "") console.log(`Autopilot says: ${oneLine(PartialFailureMessage)}`);
  return bestCandidate(ended.job, stage, name);
}

const goesOn = ({ flags }: Stage, name: string): string =>
  `The job goes on, and costs, without this command. \`npm run model:autopilot -- --name ${name} ${flags}\` watches it again; with --stop it ends the job.`;

async function followed(
  stage: Stage,
  name: string,
  signal: AbortSignal,
  onProgress: (progress: string) => void,
): Promise<Job | undefined> {
  let said = "";
  const look = () => findJob(stage, name);
  try {
    return await waitUntil({ pollMs: SLOWER * stage.pollMs }, signal, look, (job) => {
      const progress = progressOf(job);
      if (progress !== said) onProgress(progress);
      said = progress;
      return !/^(InProgress|Stopping)$/.test(job?.AutoMLJobStatus ?? "");
    });
  } catch (error) {
    if (signal.aborted) throw error;
    const why = explained(error);
    throw new UserError(
      `The job was lost sight of: ${why instanceof Error ? why.message : String(why)} ${goesOn(stage, name)}`,
    );
  }
}

/** @example "ModelTuning, candidate 1 of 1 InProgress, 12 min" */
function progressOf(job: Job | undefined): string {
  const now = new Date();
  const { AutoMLJobSecondaryStatus = "gone", BestCandidate, CreationTime = now, EndTime = now } = job ?? {};
  const candidate = BestCandidate ? `candidate 1 of 1 ${BestCandidate.CandidateStatus ?? ""}` : "no candidate yet";
  const minutes = Math.floor((EndTime.getTime() - CreationTime.getTime()) / 60_000);
  return `${AutoMLJobSecondaryStatus}, ${candidate}, ${minutes} min`;
}

function bestCandidate(job: Job | undefined, { flags, name: stage }: Stage, name: string): AutoMLCandidate {
  const { AutoMLJobStatus = "gone", FailureReason, BestCandidate } = job ?? {};
  if (AutoMLJobStatus === "Completed" && BestCandidate) return BestCandidate;
  const why = FailureReason === undefined ? "AWS gives no reason" : oneLine(FailureReason);
  const again = `\`npm run model:autopilot -- --data FILE --name serin-${stage}-OTHER ${flags}\` tries again: a name can be used once.`;
  if (AutoMLJobStatus === "Completed")
    throw new UserError(`Autopilot job ${name} ended without a model; allow it more with --max-runtime. ${again}`);
  throw new UserError(`Autopilot job ${name} is ${AutoMLJobStatus}: ${why}. ${again}`);
}

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();
