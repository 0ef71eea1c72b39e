// From labelled texts to a registered model version: checks, uploads, starts the Autopilot job, watches it; or only watches or stops it.
import { PutObjectCommand } from "@aws-sdk/client-s3";
import {
  type AutoMLCandidate,
  CreateAutoMLJobV2Command,
  ResourceInUse,
  SageMakerServiceException,
  StopAutoMLJobCommand,
} from "@aws-sdk/client-sagemaker";
import { UserError } from "../local/user-error";
import { explained } from "../release/aws-error";
import type { Interruption } from "../release/interruption";
import { confirm, runSteps } from "../release/release-command";
import { readStack, type Stack } from "../release/stack";
import type { Stage } from "../release/stage";
import { type DataSet, readDataSet } from "./data-set";
import { estimate } from "./estimate";
import { checkName, checkNewName, dataHashOf, dataKey, defaultName, jobRequest } from "./job";
import type { AutopilotModel } from "./model-metadata";
import { registerCandidate } from "./registration";
import { awaitModel, findJob, type Job } from "./watch";

export interface AutopilotOptions {
  /** Path of a file of labelled rows; undefined for a job that was started before. */
  readonly data?: string | undefined;
  /** Of the job; default: from the data. */
  readonly name?: string | undefined;
  /** Hours. */
  readonly maxRuntime: number;
  readonly stop?: true | undefined;
  readonly yes?: true | undefined;
}

/** @returns The exit code. @throws UserError that says what to change. */
export async function runAutopilot(
  stage: Stage,
  options: AutopilotOptions,
  interruption: Interruption,
): Promise<number> {
  const data = options.data === undefined ? undefined : readDataSet(options.data);
  const name = options.name ?? (data && defaultName(stage.name, data));
  if (name === undefined)
    throw new UserError("Say what to train with (--data FILE.jsonl), or which job to watch (--name).");
  checkName(name);
  const job = await findJob(stage, name);
  if (options.stop) return stop(stage, name, job);
  const sha256 = job ? checkOurs(stage, name, job, data) : await start(stage, name, data, options, interruption);
  if (sha256 === undefined) return say("Nothing was changed.", 1);
  const candidate: AutoMLCandidate = await awaitModel(stage, name, interruption);
  return say(registered(await registerCandidate(stage, name, sha256, candidate), stage));
}

function say(text: string, code = 0): number {
  console.log(text);
  return code;
}

async function stop({ aws }: Stage, name: string, job: Job | undefined): Promise<number> {
  if (job?.AutoMLJobStatus !== "InProgress")
    throw new UserError(`There is no job ${name} that runs${job ? `: it is ${job.AutoMLJobStatus ?? ""}` : ""}.`);
  await aws.sageMaker.send(new StopAutoMLJobCommand({ AutoMLJobName: name }));
  return say(`Job ${name} is being stopped. AWS bills what ran until now.`);
}

/** @returns The hash of the job's data. @throws UserError for a job that was started with something else. */
function checkOurs(stage: Stage, name: string, job: Job, data: DataSet | undefined): string {
  const uri = job.AutoMLJobInputDataConfig?.[0]?.DataSource?.S3DataSource?.S3Uri;
  const sha256 = dataHashOf(stage, uri);
  if (sha256 === undefined || (data !== undefined && data.sha256 !== sha256))
    throw new UserError(
      `There is a job ${name} already, with other data: choose another --name. A name can be used once in an account, whatever the case of its letters.`,
    );
  return sha256;
}

/** @returns The hash of the data; undefined when the user says no. */
async function start(
  stage: Stage,
  name: string,
  data: DataSet | undefined,
  { maxRuntime, yes }: AutopilotOptions,
  interruption: Interruption,
): Promise<string | undefined> {
  if (data === undefined)
    throw new UserError(`There is no job ${name} in ${stage.region}; to start it, say with which --data.`);
  checkNewName(name, stage);
  const stack = await readStack(stage);
  console.log(estimate(data, name, maxRuntime));
  if (!yes && !(await confirm("Start it?", interruption.signal))) return undefined;
  await runSteps({}, [
    { title: "Upload the data", task: () => upload(stage, stack, data, interruption.signal) },
    { title: "Start the job", task: () => create(stage, stack, name, data, maxRuntime, interruption.signal) },
  ]);
  return data.sha256;
}

async function upload(stage: Stage, stack: Stack, data: DataSet, abortSignal: AbortSignal): Promise<void> {
  const object = { Bucket: stack.output("ServerlessDeploymentBucketName"), Key: dataKey(stage, data.sha256) };
  await stage.aws.s3.send(new PutObjectCommand({ ...object, Body: data.csv, ContentType: "text/csv" }), {
    abortSignal,
  });
}

async function create(
  stage: Stage,
  stack: Stack,
  name: string,
  data: DataSet,
  maxHours: number,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  try {
    await stage.aws.sageMaker.send(new CreateAutoMLJobV2Command(jobRequest(stage, stack, name, data, maxHours)));
  } catch (error) {
    throw refusal(error, name);
  }
}

function refusal(error: unknown, name: string): unknown {
  if (error instanceof ResourceInUse)
    return new UserError(`The name ${name} is taken by another Autopilot job of this account: choose another --name.`);
  const isMendable = error instanceof SageMakerServiceException && error.$fault === "client";
  return isMendable && explained(error) === error
    ? new UserError(`AWS does not start the job (${error.name}): ${error.message}`)
    : error;
}

function registered({ version, metrics }: AutopilotModel, { name, flags }: Stage): string {
  const accuracy = Object.values(metrics)[0]?.accuracy;
  const figure =
    accuracy === undefined ? "" : `, accuracy ${(100 * accuracy).toFixed(1)} % on Autopilot's own part of the data`;
  return [
    `Model ${version} is registered in stage ${name}${figure}.`,
    "It was not measured on our test sets: no endpoint runs it yet. To release it:",
    `  npm run model:promote -- ${version} ${flags}`,
    "That gives it an endpoint and asks it the golden set beside the live model; it takes traffic only when it is not worse and not slower.",
  ].join("\n");
}
