// The publication of a report: what is left behind, in which order, and what an event that comes twice does.
import { Readable } from "node:stream";
import {
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  PutObjectRetentionCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetParameterCommand, ParameterNotFound, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { sdkStreamMixin } from "@smithy/core/serde";
import { mockClient } from "aws-sdk-client-mock";
import { readConfig } from "../../src/governance/publish/config";
import { publish } from "../../src/governance/publish/publish";
import type { ReportSummary } from "../../src/governance/summary";
import { startCapture } from "../capture-stdout";

const JOB = "serin-prod-governance-202611230300";
const FOLDER = `reports/2026-11-23/${JOB}/`;
const URI = `s3://reports/${FOLDER}`;
const POINTER = "/serin/prod/governance/latest-report";
const ENVIRONMENT = {
  STAGE: "prod",
  REPORTS_BUCKET: "reports",
  LATEST_REPORT: POINTER,
  REPORT_TOPIC: "arn:aws:sns:eu-central-1:123456789012:serin-prod-reports",
  ENGINE_KIND: "serin",
  LOCK_DAYS: "0",
};
const NOW = new Date("2026-11-23T03:40:00Z");

const SUMMARY: ReportSummary = {
  version: "1",
  created: "2026-11-23T03:30:00Z",
  model: "aaaaaaaaaaaa",
  baseline: "bbbbbbbbbbbb",
  verdict: "worse",
  tally: { ok: 40, worse: 1, insufficientData: 3 },
  worse: [
    {
      facet: "gender",
      group: "female",
      metric: "DPPL",
      title: "Difference in positive proportions in predicted labels",
      value: 0.12,
      baselineValue: 0.02,
      comparedWith: ["baseline"],
    },
  ],
  importance: null,
  drift: {
    verdict: "drift",
    requests: 5000,
    features: [
      { name: "text_bytes", psi: 0.4, threshold: 0.2, verdict: "drift" },
      { name: "confidence", psi: 0.1, threshold: 0.2, verdict: "ok" },
      { name: "unknown_words", psi: null, threshold: null, verdict: "insufficient data" },
    ],
  },
};

const s3 = mockClient(S3Client);
const sns = mockClient(SNSClient);
const ssm = mockClient(SSMClient);

const has = (name: string, content: unknown) =>
  s3
    .on(GetObjectCommand, { Bucket: "reports", Key: FOLDER + name })
    .callsFake(() => ({ Body: sdkStreamMixin(Readable.from([JSON.stringify(content)])) }));

beforeEach(() => {
  for (const mock of [s3, sns, ssm]) mock.reset();
  s3.on(GetObjectCommand).callsFake(() => {
    throw new NoSuchKey({ message: "", $metadata: {} });
  });
  s3.on(PutObjectCommand).resolves({});
  sns.on(PublishCommand).resolves({});
  ssm.on(PutParameterCommand).resolves({});
  ssm.on(GetParameterCommand).rejects(new ParameterNotFound({ message: "", $metadata: {} }));
});

const completed = (job: unknown = JOB, status = "Completed") => ({
  source: "aws.sagemaker",
  detail: { ProcessingJobName: job, ProcessingJobStatus: status },
});

/** @returns The line of metrics. */
async function run(event: unknown = completed(), environment: object = {}): Promise<object> {
  const capture = startCapture();
  try {
    await publish(event, {
      config: readConfig({ ...ENVIRONMENT, ...environment }),
      s3: new S3Client({}),
      sns: new SNSClient({}),
      ssm: new SSMClient({}),
      logger: { info: () => undefined },
      now: () => NOW,
    });
    return capture.lines().find((line) => "_aws" in line) ?? {};
  } finally {
    capture.stop();
  }
}

const message = () => sns.commandCalls(PublishCommand)[0]?.args[0].input;
const nothingPublished = () => {
  expect(sns.commandCalls(PublishCommand)).toEqual([]);
  expect(ssm.commandCalls(PutParameterCommand)).toEqual([]);
  expect(s3.commandCalls(PutObjectCommand)).toEqual([]);
};

describe("a complete report", () => {
  beforeEach(() => has("summary.json", SUMMARY));

  it("is what GET /explainability shows and what the pointer says", async () => {
    await run();
    const [put] = s3.commandCalls(PutObjectCommand).map(({ args: [{ input }] }) => input);
    expect(put).toMatchObject({ Bucket: "reports", Key: "latest/summary.json", ContentType: "application/json" });
    expect(put?.Body).toBe(JSON.stringify(SUMMARY));
    const [pointer] = ssm.commandCalls(PutParameterCommand).map(({ args: [{ input }] }) => input);
    expect(pointer).toMatchObject({ Name: POINTER, Value: URI, Overwrite: true });
  });

  it("is told in plain words", async () => {
    await run();
    expect(message()?.Subject).toBe("Serin prod: governance report - bias got worse");
    expect(message()?.Message).toContain("Of 44 comparisons 1 got worse; for 3 there were too few data.");
    expect(message()?.Message).toContain("gender = female: Difference in positive proportions");
    expect(message()?.Message).toContain("(DPPL) is 0.120, was 0.020");
    expect(message()?.Message).toContain("drifted from the training data in: text_bytes (5000 requests)");
    expect(message()?.Message).toContain(`${URI}report.html`);
  });

  it("is measured", async () => {
    expect(await run()).toMatchObject({
      service: "governance",
      stage: "prod",
      ReportPublished: 1,
      ReportAge: 0,
      WorseVerdicts: 1,
      DriftedFeatures: 1,
      HighestPsi: 0.4,
    });
  });

  it("is not locked, unless the stage wants it: then all of its files are", async () => {
    await run();
    expect(s3.commandCalls(PutObjectRetentionCommand)).toEqual([]);
    s3.on(ListObjectsV2Command, { Prefix: FOLDER }).resolves({
      Contents: [{ Key: `${FOLDER}a` }, { Key: `${FOLDER}b` }],
    });
    s3.on(PutObjectRetentionCommand).resolves({});
    await run(completed(), { LOCK_DAYS: "30" });
    const locked = s3.commandCalls(PutObjectRetentionCommand).map(({ args: [{ input }] }) => input);
    expect(locked.map(({ Key }) => Key)).toEqual([`${FOLDER}a`, `${FOLDER}b`]);
    expect(locked[0]?.Retention).toEqual({ Mode: "GOVERNANCE", RetainUntilDate: new Date("2026-12-23T03:40:00Z") });
  });

  it.each([
    ["the same", URI],
    ["a newer one", "s3://reports/reports/2026-11-30/serin-prod-governance-202611300300/"],
    ["a newer one of a bucket before", "s3://other/reports/2026-11-30/serin-prod-governance-202611300300/"],
  ])("is left alone when %s is published already", async (_, Value) => {
    ssm.on(GetParameterCommand).resolves({ Parameter: { Value } });
    await run();
    nothingPublished();
  });

  it("replaces an older one", async () => {
    const Value = "s3://reports/reports/2026-11-16/serin-prod-governance-202611160300/";
    ssm.on(GetParameterCommand).resolves({ Parameter: { Value } });
    await run();
    expect(ssm.commandCalls(PutParameterCommand)).toHaveLength(1);
  });

  it("is published again when its message failed: the pointer comes last", async () => {
    sns.on(PublishCommand).rejectsOnce(new Error("throttled"));
    await expect(run()).rejects.toThrow("throttled");
    expect(ssm.commandCalls(PutParameterCommand)).toEqual([]);
    await run();
    expect(ssm.commandCalls(PutParameterCommand)).toHaveLength(1);
  });
});

describe("words for", () => {
  const said = async (changes: Partial<ReportSummary>) => {
    has("summary.json", { ...SUMMARY, ...changes });
    await run();
    return `${message()?.Subject}\n${message()?.Message}`;
  };
  const drift = { verdict: "ok", requests: 9, features: [] } as const;

  it("a good report", async () => {
    const text = await said({ verdict: "ok", worse: [], tally: { ok: 9, worse: 0, insufficientData: 0 }, drift });
    expect(text).toContain("nothing got worse");
    expect(text).toContain("The traffic is like the training data (9 requests).");
  });

  it("a first report on little data", async () => {
    const text = await said({
      verdict: "insufficient data",
      worse: [],
      baseline: null,
      drift: { ...drift, verdict: "insufficient data" },
    });
    expect(text).toContain("no version before it");
    expect(text).toContain("Too few requests to judge drift (9).");
  });

  it("many that got worse, without a value, and without drift", async () => {
    const [first] = SUMMARY.worse;
    const worse = Array.from({ length: 8 }, () => ({ ...Object(first), value: null }));
    const text = await said({ worse, tally: { ok: 0, worse: 30, insufficientData: 0 }, drift: null });
    expect(text).toContain("is unknown, was 0.020");
    expect(text).toContain("- and 25 more");
    expect(text).toContain("Drift of the traffic was not judged.");
  });
});

it("drift that was not judged has no metrics", async () => {
  has("summary.json", { ...SUMMARY, drift: null });
  expect(await run()).not.toHaveProperty("DriftedFeatures");
});

describe("what fails and publishes nothing", () => {
  it("an incomplete report", async () => {
    await expect(run()).rejects.toThrow(`${URI}summary.json is missing: the job completed, but its report did not`);
    nothingPublished();
  });

  it("a summary that is none", async () => {
    has("summary.json", { ...SUMMARY, verdict: "fine" });
    await expect(run()).rejects.toThrow("summary.json is not a report's summary: /verdict");
    nothingPublished();
  });

  it.each([
    ["another stage's job", completed("serin-dev-governance-202611230300")],
    ["a job that failed", completed(JOB, "Failed")],
    ["no job", { detail: {} }],
    ["nothing", null],
  ])("an event of %s", async (_, event) => {
    has("summary.json", SUMMARY);
    await expect(run(event)).rejects.toThrow("not one of a completed governance job of stage prod");
  });

  it("a bucket of reports that cannot be written", async () => {
    has("summary.json", SUMMARY);
    s3.on(PutObjectCommand).rejects(new Error("AccessDenied"));
    await expect(run()).rejects.toThrow("AccessDenied");
    expect(message()).toBeUndefined();
    expect(ssm.commandCalls(PutParameterCommand)).toEqual([]);
  });

  it("a job with a name that the start function does not make", async () => {
    await expect(run(completed("serin-prod-governance-by-hand"))).rejects.toThrow(
      "is not the name of a governance job",
    );
  });

  it.each([
    ["S3", () => s3.on(GetObjectCommand).rejects(new Error("no S3"))],
    ["the parameter store", () => ssm.on(GetParameterCommand).rejects(new Error("no SSM"))],
  ])("a failure of %s", async (_, fail) => {
    has("summary.json", SUMMARY);
    fail();
    await expect(run()).rejects.toThrow(/no S/);
    nothingPublished();
  });

  it("a number of days that is none", () => {
    expect(() => readConfig({ ...ENVIRONMENT, LOCK_DAYS: "some" })).toThrow("LOCK_DAYS must be a whole number of days");
  });
});

describe("a report of Clarify's", () => {
  const clarify = { ENGINE_KIND: "clarify" };

  it("is published without verdicts, and GET /explainability does not show it", async () => {
    has("analysis.json", {});
    expect(await run(completed(), clarify)).not.toHaveProperty("WorseVerdicts");
    expect(message()?.Message).toContain("Clarify measures, but judges nothing");
    expect(s3.commandCalls(PutObjectCommand)).toEqual([]);
    expect(ssm.commandCalls(PutParameterCommand)).toHaveLength(1);
  });

  it("must be there", async () => {
    await expect(run(completed(), clarify)).rejects.toThrow("analysis.json is missing");
  });
});
