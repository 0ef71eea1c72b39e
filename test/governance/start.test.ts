// The start of the governance job: what SageMaker is asked for, and that never two run at once.

import { Readable } from "node:stream";
import {
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import {
  CreateProcessingJobCommand,
  DescribeProcessingJobCommand,
  ListProcessingJobsCommand,
  SageMakerClient,
  SageMakerServiceException,
} from "@aws-sdk/client-sagemaker";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { sdkStreamMixin } from "@smithy/core/serde";
import { mockClient } from "aws-sdk-client-mock";
import { readConfig } from "../../src/governance/start/config";
import { start } from "../../src/governance/start/start";
import { until } from "../until";

const ENVIRONMENT = {
  STAGE: "prod",
  AWS_REGION: "eu-central-1",
  OWNER: "search-team",
  COST_CENTRE: "4711",
  REPORTS_BUCKET: "reports",
  REPORTS_KEY: "arn:aws:kms:eu-central-1:123456789012:key/1",
  MODELS: "s3://deployed/models",
  ENGINE: "s3://deployed/governance/0123456789ab",
  ENGINE_KIND: "serin",
  IMAGE: "image:1",
  INSTANCE_TYPE: "ml.m5.xlarge",
  MAX_RUNTIME_SECONDS: "3600",
  JOB_ROLE: "arn:aws:iam::123456789012:role/job",
  PREDICT_LOG: "/aws/lambda/serin-prod-predict",
};
const [ACTIVE, PREVIOUS] = ["aaaaaaaaaaaa", "bbbbbbbbbbbb"];
const EVENT = { due: "2026-11-23T03:00:00Z" };
const JOB = "serin-prod-governance-202611230300";
const NOW = new Date("2026-11-23T03:20:00Z");
const COMMITTED = { label: "label", excluded_columns: ["gender"], predictor: { content_type: "text/csv" } };

const s3 = mockClient(S3Client);
const sageMaker = mockClient(SageMakerClient);
const ssm = mockClient(SSMClient);

/** The bucket of reports as S3 keeps it: conditional writes are decided one after the other. */
let objects: Map<string, { body: string; etag: string; at: Date }>;
let jobs: Map<string, string>;
let notes: object[];

const body = (content: string) => sdkStreamMixin(Readable.from([content]));

function refused(code: number): S3ServiceException {
  return new S3ServiceException({ name: "PreconditionFailed", $fault: "client", $metadata: { httpStatusCode: code } });
}

beforeEach(() => {
  for (const mock of [s3, sageMaker, ssm]) mock.reset();
  objects = new Map();
  jobs = new Map();
  notes = [];
  s3.on(GetObjectCommand).callsFake(({ Key }: { Key: string }) => {
    if (Key.endsWith("/config/analysis_config.json")) return { Body: body(JSON.stringify(COMMITTED)) };
    const found = objects.get(Key);
    if (!found) throw new NoSuchKey({ message: "", $metadata: {} });
    return { Body: body(found.body), ETag: found.etag, LastModified: found.at };
  });
  s3.on(PutObjectCommand).callsFake(({ Key, Body, IfMatch, IfNoneMatch }) => {
    const found = objects.get(Key);
    if (IfNoneMatch === "*" && found) throw refused(412);
    if (IfMatch !== undefined && found?.etag !== IfMatch) throw refused(found ? 412 : 404);
    const etag = `"${String(Body)}"`;
    objects.set(Key, { body: String(Body), etag, at: NOW });
    return { ETag: etag };
  });
  s3.on(ListObjectsV2Command).resolves({});
  sageMaker.on(DescribeProcessingJobCommand).callsFake(({ ProcessingJobName }) => {
    const ProcessingJobStatus = jobs.get(ProcessingJobName);
    if (ProcessingJobStatus) return { ProcessingJobStatus };
    throw sageMakerError("ValidationException", "Could not find requested job");
  });
  sageMaker.on(ListProcessingJobsCommand).callsFake(({ StatusEquals }) => ({
    ProcessingJobSummaries: [...jobs]
      .filter(([, status]) => status === StatusEquals)
      .map(([ProcessingJobName]) => ({ ProcessingJobName })),
  }));
  sageMaker.on(CreateProcessingJobCommand).callsFake(({ ProcessingJobName }) => {
    if (jobs.has(ProcessingJobName)) throw sageMakerError("ResourceInUse", "a job with this name already exists");
    jobs.set(ProcessingJobName, "InProgress");
    return {};
  });
  models(ACTIVE, PREVIOUS);
});

function sageMakerError(name: string, message: string, $fault: "client" | "server" = "client") {
  return new SageMakerServiceException({ name, message, $fault, $metadata: {} });
}

const REFUSED = sageMakerError("ResourceLimitExceeded", "no instance");

function models(active: string | undefined, previous: string | undefined): void {
  const values = { "active-version": active, "previous-version": previous };
  for (const [name, Value] of Object.entries(values)) {
    const request = { Name: `/serin/prod/models/${name}` };
    ssm.on(GetParameterCommand, request).resolves(Value === undefined ? {} : { Parameter: { Value } });
  }
}

function run(event: unknown = EVENT, { environment = {}, now = NOW }: { environment?: object; now?: Date } = {}) {
  return start(event, {
    config: readConfig({ ...ENVIRONMENT, ...environment }),
    s3: new S3Client({}),
    sageMaker: new SageMakerClient({}),
    ssm: new SSMClient({}),
    logger: { info: (_text, ...fields) => void notes.push(...fields.map(Object)), warn: () => undefined },
    traffic: () => Promise.resolve({ version: "1" }),
    now: () => now,
  });
}

const asked = () => sageMaker.commandCalls(CreateProcessingJobCommand).map(({ args: [{ input }] }) => input);
const argument = (name: string) => {
  const words = asked()[0]?.AppSpecification?.ContainerArguments ?? [];
  return words.includes(name) ? words[words.indexOf(name) + 1] : undefined;
};
const inputs = () =>
  Object.fromEntries((asked()[0]?.ProcessingInputs ?? []).map(({ InputName, S3Input }) => [InputName, S3Input]));

describe("the job", () => {
  it("is one encrypted instance without network, with a limit, tags and the report's place", async () => {
    expect(await run()).toEqual({ started: true, job: JOB, reason: "it was due" });
    expect(asked()).toEqual([
      expect.objectContaining({
        ProcessingJobName: JOB,
        RoleArn: ENVIRONMENT.JOB_ROLE,
        NetworkConfig: { EnableNetworkIsolation: true },
        StoppingCondition: { MaxRuntimeInSeconds: 3600 },
        ProcessingResources: {
          ClusterConfig: {
            InstanceCount: 1,
            InstanceType: "ml.m5.xlarge",
            VolumeSizeInGB: 10,
            VolumeKmsKeyId: ENVIRONMENT.REPORTS_KEY,
          },
        },
        ProcessingOutputConfig: {
          KmsKeyId: ENVIRONMENT.REPORTS_KEY,
          Outputs: [
            {
              OutputName: "report",
              S3Output: {
                S3Uri: `s3://reports/reports/2026-11-23/${JOB}/`,
                LocalPath: "/opt/ml/processing/output",
                S3UploadMode: "EndOfJob",
              },
            },
          ],
        },
      }),
    ]);
    expect(asked()[0]?.Tags).toContainEqual({ Key: "cost-centre", Value: "4711" });
  });

  it("compares the active version with the one before, on the probe", async () => {
    await run();
    expect(asked()[0]?.AppSpecification?.ContainerEntrypoint).toEqual([
      "python3",
      "/opt/ml/processing/input/code/start.py",
    ]);
    expect(argument("--model")).toBe(`${ACTIVE}=/opt/ml/processing/input/model/model.tar.gz`);
    expect(argument("--baseline")).toBe(`${PREVIOUS}=/opt/ml/processing/input/baseline/model.tar.gz`);
    expect(argument("--data")).toBe("/opt/ml/processing/input/data/dataset.csv");
    expect(inputs()["model"]).toMatchObject({ S3Uri: `s3://deployed/models/${ACTIVE}/model.tar.gz` });
    expect(objects.get(`jobs/${JOB}/traffic.json`)?.body).toBe('{"version":"1"}');
    expect(JSON.parse(objects.get(`jobs/${JOB}/analysis_config.json`)?.body ?? "")).toEqual(COMMITTED);
  });

  it("does without a version before, and without earlier reports", async () => {
    models(ACTIVE, "none");
    await run();
    expect([argument("--baseline"), argument("--history")]).toEqual([undefined, undefined]);
    expect(Object.keys(inputs())).not.toContain("baseline");
  });

  it("asks the endpoint of a model of Autopilot's, for which it has a network", async () => {
    models("autopilotaaaaaaaaaaaa", PREVIOUS);
    await run();
    expect(argument("--model")).toBe(
      "autopilotaaaaaaaaaaaa=https://runtime.sagemaker.eu-central-1.amazonaws.com/endpoints/serin-prod-autopilotaaaaaaaaaaaa/invocations",
    );
    expect(asked()[0]?.NetworkConfig).toEqual({ EnableNetworkIsolation: false });
  });

  it("gets the newest 8 complete reports, each in a folder of its own", async () => {
    const folders = Array.from(
      { length: 10 },
      (_, i) => `2026-09-${10 + i}/serin-prod-governance-202609${10 + i}0300/`,
    );
    const files = folders.flatMap((folder) => ["analysis.json", "report.html", "summary.json"].map((f) => folder + f));
    const incomplete = "2026-09-30/serin-prod-governance-202609300300/analysis.json";
    s3.on(ListObjectsV2Command).resolves({
      Contents: [...files, incomplete].map((Key) => ({ Key: `reports/${Key}` })),
    });
    await run();
    const [prefix, ...listed] = JSON.parse(objects.get(`jobs/${JOB}/history.manifest`)?.body ?? "[]");
    expect(prefix).toEqual({ prefix: "s3://reports/reports/" });
    expect(listed).toEqual(folders.slice(2).map((folder) => `${folder}analysis.json`));
    expect(inputs()["history"]).toMatchObject({ S3DataType: "ManifestFile" });
    expect(argument("--history")).toBe("/opt/ml/processing/input/history");
  });

  it("is Clarify's own, where chosen: it asks the endpoint", async () => {
    await run(EVENT, { environment: { ENGINE_KIND: "clarify" } });
    expect(asked()[0]?.AppSpecification).toEqual({ ImageUri: "image:1" });
    expect(asked()[0]?.NetworkConfig).toEqual({ EnableNetworkIsolation: false });
    const configuration = JSON.parse(objects.get(`jobs/${JOB}/analysis_config.json`)?.body ?? "");
    const predictor = { content_type: "text/csv", endpoint_name: `serin-prod-${ACTIVE}` };
    expect(configuration).toEqual({ ...COMMITTED, predictor });
  });
});

describe("never two at once", () => {
  it("a repeated invocation finds its own job, whatever came of it", async () => {
    await run();
    expect(await run()).toEqual({ started: false, job: JOB, reason: "it was started before: InProgress" });
    jobs.set(JOB, "Failed");
    expect(await run()).toMatchObject({ started: false, reason: "it was started before: Failed" });
    expect(asked()).toHaveLength(1);
  });

  it.each(["InProgress", "Stopping"])(
    "a job that is %s is waited for, also one that somebody cloned",
    async (status) => {
      jobs.set("serin-prod-governance-by-hand", status);
      expect(await run()).toEqual({ started: false, job: "serin-prod-governance-by-hand", reason: "it still runs" });
      expect(notes).toContainEqual(expect.objectContaining({ job: "serin-prod-governance-by-hand" }));
    },
  );

  it("another stage's job is none of its business", async () => {
    jobs.set("my-serin-prod-governance-1", "InProgress");
    expect(await run()).toMatchObject({ started: true });
  });

  it("of invocations for different moments at the same time, one starts a job", async () => {
    const events = ["03:00", "03:01", "03:02", "03:03"].map((time) => ({ due: `2026-11-23T${time}:00Z` }));
    const answers = await Promise.all(events.map((event) => run(event)));
    expect(answers.filter(({ started }) => started)).toHaveLength(1);
    expect(asked()).toHaveLength(1);
  });

  it("of two invocations for the same moment at the same time, one starts the job", async () => {
    const answers = await Promise.all([run(), run()]);
    expect(answers.filter(({ started }) => started)).toHaveLength(1);
    expect(asked()).toHaveLength(1);
  });

  const OTHER = { due: "2026-11-23T04:00:00Z" };
  const STARTING = `another invocation has been starting it since ${NOW.toISOString()}; if that one died, another can 15 minutes after`;
  const lease = () => JSON.parse(objects.get("jobs/lease.json")?.body ?? "{}");

  it("an invocation that died before it created its job blocks others until nobody can create it any more", async () => {
    sageMaker.on(CreateProcessingJobCommand).callsFakeOnce(() => new Promise(() => undefined)); // its sandbox was killed
    void run();
    await until(() => asked().length === 1, 5000);
    expect(await run(OTHER)).toEqual({ started: false, job: JOB, reason: STARTING });
    expect(await run(OTHER, { now: new Date(NOW.getTime() + 15 * 60_000) })).toMatchObject({ started: true });
  });

  it.each<[string, () => void]>([
    ["SageMaker refuses", () => sageMaker.on(CreateProcessingJobCommand).rejectsOnce(REFUSED)],
    ["there is no model for", () => models(undefined, undefined)],
  ])("a job that %s blocks no other", async (_, fail) => {
    fail();
    await expect(run()).rejects.toThrow();
    models(ACTIVE, PREVIOUS);
    expect(await run(OTHER)).toMatchObject({ started: true });
  });

  it.each([
    ["a server's error", sageMakerError("InternalFailure", "oops", "server")],
    ["no answer", new Error("socket hang up")],
  ])("a job of which nobody knows whether it was made keeps its lease: %s", async (_, error) => {
    sageMaker.on(CreateProcessingJobCommand).rejectsOnce(error);
    await expect(run()).rejects.toThrow(error.message);
    expect(await run(OTHER)).toEqual({ started: false, job: JOB, reason: STARTING });
  });

  it("a lease that another has by now is left to it", async () => {
    const Body = JSON.stringify({ job: JOB });
    sageMaker.on(CreateProcessingJobCommand).callsFakeOnce(() => {
      objects.set("jobs/lease.json", { body: Body, etag: "another", at: NOW });
      throw REFUSED;
    });
    await expect(run()).rejects.toThrow("no instance");
    expect(lease()).toEqual({ job: JOB });
  });

  it("a lease that cannot be given back does not hide why no job was started", async () => {
    sageMaker.on(CreateProcessingJobCommand).callsFakeOnce(() => {
      s3.on(PutObjectCommand).rejects(refused(503));
      throw REFUSED;
    });
    await expect(run()).rejects.toThrow("no instance");
    expect(lease()).toMatchObject({ job: JOB });
  });

  it("the retry of one that died starts its job", async () => {
    sageMaker.on(CreateProcessingJobCommand).rejectsOnce(sageMakerError("ResourceLimitExceeded", "no instance"));
    await expect(run()).rejects.toThrow("no instance");
    sageMaker.on(CreateProcessingJobCommand).resolves({});
    expect(await run()).toMatchObject({ started: true, job: JOB });
  });

  it("a job that a list does not show yet is seen by its lease", async () => {
    await run();
    sageMaker.on(ListProcessingJobsCommand).resolves({});
    expect(await run({ due: "2026-11-30T03:00:00Z" })).toEqual({
      started: false,
      job: JOB,
      reason: "it still runs",
    });
    jobs.set(JOB, "Completed");
    expect(await run({ due: "2026-11-30T03:00:00Z" })).toMatchObject({ started: true });
  });

  it("SageMaker's own refusal of a name counts", async () => {
    sageMaker.on(CreateProcessingJobCommand).rejects(sageMakerError("ResourceInUse", "exists"));
    expect(await run()).toEqual({ started: false, job: JOB, reason: "it was started before" });
  });
});

describe("what is wrong is said", () => {
  it.each([[7], ["now"], [{ due: "Monday" }], [{ due: 1 }]])("the event %j", async (event) => {
    await expect(run(event)).rejects.toThrow('the event must be {} or {"due"');
  });

  it("an event without a time is due now", async () => {
    expect(await run({})).toMatchObject({ started: true, job: "serin-prod-governance-202611230320" });
  });

  it("a bucket of reports that cannot be written", async () => {
    s3.on(PutObjectCommand).rejects(new Error("AccessDenied"));
    await expect(run()).rejects.toThrow("AccessDenied");
    expect(asked()).toEqual([]);
  });

  it("a stage without a model", async () => {
    models(undefined, undefined);
    await expect(run()).rejects.toThrow("stage prod has no active model version");
  });

  it.each([
    ["REPORTS_BUCKET", "", "REPORTS_BUCKET is not set"],
    ["ENGINE_KIND", "other", "ENGINE_KIND must be serin or clarify"],
    ["INSTANCE_TYPE", "large", "INSTANCE_TYPE must be"],
    ["MAX_RUNTIME_SECONDS", "0", "MAX_RUNTIME_SECONDS must be a whole number of seconds above 0"],
  ])("the variable %s=%j", (name, value, message) => {
    expect(() => readConfig({ ...ENVIRONMENT, [name]: value })).toThrow(message);
  });

  it.each([
    ["S3", () => s3.on(GetObjectCommand).rejects(refused(503))],
    ["the lease", () => s3.on(PutObjectCommand).rejects(refused(503))],
    [
      "SageMaker",
      () => sageMaker.on(DescribeProcessingJobCommand).rejects(sageMakerError("ThrottlingException", "slow")),
    ],
  ])("a failure of %s", async (_, fail) => {
    fail();
    await expect(run()).rejects.toThrow();
    expect(asked()).toEqual([]);
  });
});
