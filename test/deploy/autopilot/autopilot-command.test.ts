// `npm run model:autopilot` against a stage in memory, with SageMaker's answers of ./recorded.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import {
  CreateAutoMLJobV2Command,
  DescribeAutoMLJobV2Command,
  type DescribeAutoMLJobV2CommandOutput,
  ResourceInUse,
  ResourceLimitExceeded,
  ResourceNotFound,
  StopAutoMLJobCommand,
} from "@aws-sdk/client-sagemaker";
import { type AutopilotOptions, runAutopilot } from "../../../deploy/autopilot/autopilot-command";
import { readDataSet } from "../../../deploy/autopilot/data-set";
import { readContainers } from "../../../deploy/plugins/autopilot-models";
import { explained } from "../../../deploy/release/aws-error";
import { readRegistry } from "../../../deploy/release/models";
import { awsError, World } from "../release/world";
import { recorded, recordedJob } from "./recorded";

const METADATA = { $metadata: {}, message: "" };
const LABELS = ["positive", "neutral", "negative"];

let world: World;
let folder: string;
let data: string;
let sha256: string;
let name: string;
let printed: string[];
/** What SageMaker says of the job at each look; the last repeats. An empty list: there is none. */
let jobs: (DescribeAutoMLJobV2CommandOutput | Error)[];

beforeEach(() => {
  world = new World();
  folder = mkdtempSync(path.join(tmpdir(), "serin-autopilot-"));
  data = write(
    Array.from({ length: 60 }, (_, i) => LABELS.map((label) => ({ text: `text ${i}, "${label}"`, label }))).flat(),
  );
  ({ sha256 } = readDataSet(data));
  name = `serin-prod-${sha256.slice(0, 8)}`;
  printed = [];
  jobs = [];
  jest.spyOn(console, "log").mockImplementation((text: unknown) => void printed.push(String(text)));
  world.s3.on(PutObjectCommand).resolves({});
  world.sageMaker.on(DescribeAutoMLJobV2Command).callsFake(() => {
    const job = jobs.length > 1 ? jobs.shift() : jobs[0];
    if (job === undefined) throw new ResourceNotFound(METADATA);
    if (job instanceof Error) throw job;
    return job;
  });
  starting("in-progress", "completed");
});
afterEach(() => {
  world.restore();
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

function write(rows: readonly object[]): string {
  const file = path.join(folder, "rows.jsonl");
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return file;
}

/** What becomes of a job once it is started. */
function starting(...states: readonly string[]): void {
  world.sageMaker.on(CreateAutoMLJobV2Command).callsFake(() => {
    jobs = states.map((state) => recordedJob(state, sha256));
    return {};
  });
}

const interruption = () => ({ signal: new AbortController().signal, goesOn: "" });
const run = (options: Partial<AutopilotOptions> = {}) =>
  runAutopilot(world.stage, { data, maxRuntime: 6, yes: true, ...options }, interruption());
const created = () => world.sageMaker.commandCalls(CreateAutoMLJobV2Command);

describe("a job", () => {
  it("is started as the API wants it, with the data in the stage's bucket", async () => {
    await expect(run()).resolves.toBe(0);
    const [put] = world.s3.commandCalls(PutObjectCommand);
    const key = `serverless/serin/prod/models/autopilot/data/${sha256}/train.csv`;
    expect(put?.args[0].input).toMatchObject({ Bucket: "bucket", Key: key, Body: readDataSet(data).csv });
    const request = JSON.parse(recorded("create-auto-ml-job-v2").replace("SHA256", sha256));
    expect(created().map(({ args }) => args[0].input)).toEqual([{ ...request, AutoMLJobName: name }]);
  });

  it("becomes a registered version that the next deployment can run", async () => {
    await run();
    const [[version, model] = []] = [...(await readRegistry(world.stage)).models];
    expect(version).toMatch(/^autopilot[0-9a-f]{12}$/);
    expect(model).toMatchObject({
      source: "autopilot",
      job: name,
      dataSha256: sha256,
      metrics: { "autopilot/validation": { accuracy: 0.8312000036239624, macro_f1: 0.79 } },
    });
    const containers = await readContainers(world.stage.aws.ssm, "prod", [String(version)]);
    expect(containers[String(version)]).toEqual([
      expect.objectContaining({
        image: expect.stringContaining("autogluon-inference"),
        environment: expect.objectContaining({
          SAGEMAKER_INFERENCE_OUTPUT: "predicted_label,probability,probabilities,labels",
        }),
      }),
    ]);
    expect(printed.at(-1)).toContain(`accuracy 83.1 % on Autopilot's own part of the data`);
    expect(printed.at(-1)).toContain(`npm run model:promote -- ${version} --stage prod`);
    expect(printed).toContain("Autopilot says: The explainability report could not be made.");
  });

  it("says what it may take and cost, and starts nothing without an answer", async () => {
    await expect(run({ yes: undefined })).rejects.toThrow("add --yes");
    expect(printed[0]).toContain("180 rows (positive 60, neutral 60, negative 60)");
    expect(printed[0]).toMatch(/for all of 6 h is about 4 to 23 USD/);
    expect(created()).toHaveLength(0);
    expect(world.s3.commandCalls(PutObjectCommand)).toHaveLength(0);
  });

  it("is not started twice with the same data: the same command watches it again", async () => {
    jobs = [recordedJob("in-progress", sha256), recordedJob("completed", sha256)];
    await expect(run()).resolves.toBe(0);
    expect(created()).toHaveLength(0);
    expect((await readRegistry(world.stage)).models.size).toBe(1);
  });

  it("is registered without figures when AWS gives none", async () => {
    const job = recordedJob("completed", sha256);
    const InferenceContainers = job.BestCandidate?.InferenceContainers?.map(({ Image, ModelDataUrl }) => ({
      Image,
      ModelDataUrl,
    }));
    const { CandidateName, CandidateSteps } = job.BestCandidate ?? {};
    const BestCandidate = { CandidateName, CandidateSteps, InferenceContainers };
    jobs = [Object.assign(job, { BestCandidate, CreationTime: undefined, PartialFailureReasons: [{}] })];
    await expect(run()).resolves.toBe(0);
    const [[version, model] = []] = [...(await readRegistry(world.stage)).models];
    expect(model?.metrics).toEqual({ "autopilot/validation": {} });
    expect(printed).toEqual([expect.stringContaining(`Model ${version} is registered in stage prod.\n`)]);
  });

  it("gives the same version however often it is registered", async () => {
    await run();
    await run({ data: undefined, name });
    expect((await readRegistry(world.stage)).models.size).toBe(1);
  });

  it("may have any name when it is one that exists", async () => {
    jobs = [recordedJob("completed", sha256)];
    await expect(run({ name: "started-elsewhere" })).resolves.toBe(0);
    world.sageMaker.on(StopAutoMLJobCommand).resolves({});
    jobs = [recordedJob("in-progress", sha256)];
    await expect(run({ data: undefined, name: "started-elsewhere", stop: true })).resolves.toBe(0);
  });

  it("of a name of its own is started when that begins as the role's rights ask for", async () => {
    await expect(run({ name: "serin-prod-mine" })).resolves.toBe(0);
    expect(created()[0]?.args[0].input.AutoMLJobName).toBe("serin-prod-mine");
  });

  it("goes on when Ctrl-C ends the command, and is found again by its name", async () => {
    starting("in-progress");
    const controller = new AbortController();
    const stopped = { signal: controller.signal, goesOn: "" };
    let looks = 0;
    world.sageMaker.on(DescribeAutoMLJobV2Command).callsFake(() => {
      looks += 1;
      if (looks === 1) throw new ResourceNotFound(METADATA);
      if (looks === 3) controller.abort();
      return recordedJob("in-progress", sha256);
    });
    await expect(runAutopilot(world.stage, { data, maxRuntime: 6, yes: true }, stopped)).rejects.toThrow(/abort/i);
    expect(stopped.goesOn).toContain(`npm run model:autopilot -- --name ${name} --stage prod`);
    world.sageMaker.on(DescribeAutoMLJobV2Command).callsFake(() => recordedJob("completed", sha256));
    await expect(run({ data: undefined, name })).resolves.toBe(0);
    expect(created()).toHaveLength(1);
  });

  it("is not lost when AWS cannot be asked any more", async () => {
    jobs = [recordedJob("in-progress", sha256), awsError("ExpiredTokenException", "expired")];
    await expect(run()).rejects.toThrow(/lost sight of: .*sign in again.* The job goes on.*--name serin-prod-/);
  });

  it("is stopped on request", async () => {
    world.sageMaker.on(StopAutoMLJobCommand).resolves({});
    jobs = [recordedJob("in-progress", sha256)];
    await expect(run({ data: undefined, name, stop: true })).resolves.toBe(0);
    expect(world.sageMaker.commandCalls(StopAutoMLJobCommand)[0]?.args[0].input).toEqual({ AutoMLJobName: name });
    jobs = [recordedJob("completed", sha256)];
    await expect(run({ name, stop: true })).rejects.toThrow(`There is no job ${name} that runs: it is Completed.`);
    jobs = [];
    await expect(run({ name, stop: true })).rejects.toThrow(`There is no job ${name} that runs.`);
  });
});

describe("a job that ends without a model", () => {
  it.each([
    ["failed", "is Failed: AlgorithmError: the training job ended early. `npm run model:autopilot"],
    ["stopped", "is Stopped: AWS gives no reason"],
  ])("says why in one line when it %s", async (state, said) => {
    starting("in-progress", state);
    await expect(run()).rejects.toThrow(said);
    expect(world.store.size).toBe(0);
  });

  it("says so when it is gone", async () => {
    jobs = [recordedJob("in-progress", sha256), new ResourceNotFound(METADATA)];
    await expect(run()).rejects.toThrow(`Autopilot job ${name} is gone: AWS gives no reason`);
  });

  it("names the limit when the time was up before there was a candidate", async () => {
    jobs = [Object.assign(recordedJob("completed", sha256), { BestCandidate: undefined })];
    await expect(run()).rejects.toThrow("ended without a model; allow it more with --max-runtime");
  });

  it("is refused when its containers are no images that an endpoint runs", async () => {
    const job = recordedJob("completed", sha256);
    const InferenceContainers = [{ Image: "string", ModelDataUrl: "string", Environment: {} }]; // as moto answers
    jobs = [Object.assign(job, { BestCandidate: { ...job.BestCandidate, InferenceContainers } })];
    await expect(run()).rejects.toThrow("containers that no endpoint can run");
  });
});

describe("is refused:", () => {
  it.each<[string, Partial<AutopilotOptions>, string]>([
    [
      "a name that is too long",
      { name: "a".repeat(33) },
      "at most 32 letters, digits and single hyphens between them (this has 33",
    ],
    ["a name with other characters", { name: "my_job" }, '--name "my_job" cannot be an Autopilot job\'s'],
    ["neither data nor name", { data: undefined }, "Say what to train with (--data FILE.jsonl)"],
    ["a new job's name that its role has no rights for", { name: "serin-dev-job" }, "begin it with serin-prod-"],
    ["a name that no job has, without data", { data: undefined, name: "job" }, "There is no job job in us-east-1"],
  ])("%s", async (_, options, said) => {
    await expect(run(options)).rejects.toThrow(said);
    expect(created()).toHaveLength(0);
  });

  it("a name whose job has other data, or is none of this stage's", async () => {
    jobs = [recordedJob("completed", "0".repeat(64))];
    await expect(run()).rejects.toThrow("with other data: choose another --name");
    jobs = [recordedJob("completed", "elsewhere")];
    await expect(run({ data: undefined, name: "job" })).rejects.toThrow("with other data");
  });

  it.each<[string, Error, string]>([
    [
      "a name that was taken meanwhile",
      new ResourceInUse(METADATA),
      "is taken by another Autopilot job of this account",
    ],
    [
      "more jobs than the account may have",
      new ResourceLimitExceeded({ ...METADATA, message: "The account-level service limit is 4." }),
      "AWS does not start the job (ResourceLimitExceeded): The account-level service limit is 4.",
    ],
  ])("%s", async (_, error, said) => {
    world.sageMaker.on(CreateAutoMLJobV2Command).rejects(error);
    await expect(run()).rejects.toThrow(said);
  });

  it("a user without the right, with its name", async () => {
    const message = "User: x is not authorized to perform: sagemaker:CreateAutoMLJobV2 on resource: y";
    world.sageMaker.on(CreateAutoMLJobV2Command).rejects(awsError("AccessDeniedException", message));
    const failure = await run().catch(explained);
    expect(failure).toHaveProperty("message", expect.stringContaining("needs the right sagemaker:CreateAutoMLJobV2"));
  });
});
