// The weekly report from its schedule to the reader, on the deployed stage; the test runs the job's own command in SageMaker's place.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { ConfirmSubscriptionCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { clientConfig } from "../../deploy/local/aws";
import { readMetrics } from "../../deploy/local/metrics/metrics";
import { STACK, stackOutputs } from "../../deploy/local/stack";
import { issueToken } from "../../deploy/local/tokens";
import { until } from "../until";
import { type Job, Processing, place } from "./processing";
import { sharedTarget } from "./shared-target";

const MINUTE = 60_000;
const DUE = "2026-11-23T03:00:00Z";
const NAME = `${STACK}-governance-202611230300`;
const FOLDER = `reports/2026-11-23/${NAME}/`;

const target = sharedTarget();
const config = clientConfig(target.awsUrl);
const s3 = new S3Client({ ...config, forcePathStyle: true });
const sns = new SNSClient(config);
const folder = mkdtempSync(path.join(tmpdir(), "serin-processing-"));
const processing = new Processing(target.awsUrl, folder);
const startedMs = Date.now();
const messages: Record<string, string>[] = [];
let mailbox: Server;
let bucket: string;
let job: Job;

beforeAll(async () => {
  const output = await stackOutputs(target.awsUrl);
  bucket = output("ReportsBucketName");
  mailbox = createServer((request, response) => {
    void receive(request).then(() => response.end());
  }).listen(0, "127.0.0.1");
  await until(() => mailbox.listening, MINUTE);
  const address = mailbox.address();
  if (address === null || typeof address === "string") throw new Error("the mailbox has no port");
  await sns.send(
    new SubscribeCommand({
      TopicArn: output("ReportTopicArn"),
      Protocol: "http",
      Endpoint: `http://127.0.0.1:${address.port}/`,
    }),
  );
});
afterAll(() => {
  mailbox.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Takes what SNS posts. */
async function receive(request: IncomingMessage): Promise<void> {
  const { Type, TopicArn, Token, ...message } = JSON.parse(await text(request));
  if (Type === "SubscriptionConfirmation") await sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token }));
  else messages.push(message);
}

/** Invokes the function that starts the job, as the schedule does. */
async function start(due: string): Promise<unknown> {
  const { Payload, FunctionError } = await new LambdaClient(config).send(
    new InvokeCommand({ FunctionName: `${STACK}-governance-start`, Payload: JSON.stringify({ due }) }),
  );
  const answer = new TextDecoder().decode(Payload);
  expect([FunctionError, answer]).toEqual([undefined, answer]);
  return JSON.parse(answer);
}

/** Leaves every tenth row: a report on all of them takes minutes. */
function thin(csv: string): void {
  const [header, ...rows] = readFileSync(csv, "utf8").split("\n");
  writeFileSync(csv, [header, ...rows.filter((_, at) => at % 10 === 0), ""].join("\n"));
}

const keys = async (Prefix: string) =>
  ((await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }))).Contents ?? []).map(({ Key }) => Key);

async function read(uri: string): Promise<string> {
  return (await (await s3.send(new GetObjectCommand(place(uri)))).Body?.transformToString()) ?? "";
}

const metric = async (name: string) =>
  (await readMetrics(target.awsUrl, startedMs)).filter(
    (datum) => datum.name === name && datum.dimensions["service"] === "governance",
  );

it(
  "the schedule starts a job",
  async () => {
    expect(await start(DUE)).toEqual({ started: true, job: NAME, reason: "it was due" });
    job = await processing.describe(NAME);
    expect(job).toMatchObject({
      ProcessingJobStatus: "InProgress",
      RoleArn: expect.stringContaining("GovernanceJobRole"),
      NetworkConfig: { EnableNetworkIsolation: true },
    });
  },
  MINUTE,
);

it(
  "while it runs nothing else starts: not the same again, and not another",
  async () => {
    expect(await start(DUE)).toEqual({ started: false, job: NAME, reason: "it was started before: InProgress" });
    expect(await start("2026-11-30T03:00:00Z")).toEqual({ started: false, job: NAME, reason: "it still runs" });
  },
  MINUTE,
);

it(
  "its command leaves a report, which is found in the bucket",
  async () => {
    await processing.fetchInputs(job);
    thin(path.join(folder, "input", "data", "dataset.csv"));
    await processing.run(job, "--replicates", "100");
    await processing.uploadOutputs(job);
    expect(await keys(FOLDER)).toEqual(
      expect.arrayContaining(
        ["analysis.json", "dataset.csv", "report.html", "summary.json"].map((name) => FOLDER + name),
      ),
    );
  },
  3 * MINUTE,
);

it(
  "its end publishes the report: pointer, summary, metrics, message",
  async () => {
    await processing.end(NAME, "Completed");
    const pointer = new GetParameterCommand({ Name: "/serin/local/governance/latest-report" });
    const newest = async () => {
      const { Parameter } = await new SSMClient(config).send(pointer).catch(() => ({ Parameter: undefined }));
      return Parameter?.Value;
    };
    await until(async () => (await newest()) === `s3://${bucket}/${FOLDER}`, MINUTE);
    const summary = JSON.parse(await read(`s3://${bucket}/latest/summary.json`));
    expect(summary).toEqual(JSON.parse(await read(`s3://${bucket}/${FOLDER}summary.json`)));
    await until(async () => (await metric("ReportPublished")).length > 0, MINUTE);
    expect(await metric("WorseVerdicts")).toEqual([expect.objectContaining({ value: summary.tally.worse })]);
    await until(() => messages.some(({ Subject }) => /^Serin local: governance report/.test(Subject ?? "")), MINUTE);
    expect(messages.at(-1)?.["Message"]).toContain(`s3://${bucket}/${FOLDER}report.html`);
  },
  2 * MINUTE,
);

it(
  "the API shows it",
  async () => {
    const headers = { authorization: `Bearer ${await issueToken(target, {})}` };
    const response = await fetch(`${target.url}/explainability`, { headers });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(JSON.parse(await read(`s3://${bucket}/latest/summary.json`)));
  },
  MINUTE,
);

it(
  "a report that is incomplete is not published, and kept for whoever looks",
  async () => {
    const name = `${STACK}-governance-202611300300`;
    expect(await start("2026-11-30T03:00:00Z")).toMatchObject({ started: true, job: name });
    expect((await processing.describe(name)).ProcessingInputs?.map(({ InputName }) => InputName)).toContain("history");
    const seen = (await metric("ReportPublished")).length;
    await processing.end(name, "Completed"); // without outputs
    const failed = async () =>
      (await readMetrics(target.awsUrl, startedMs)).some(
        ({ name: metricName, dimensions, value }) =>
          metricName === "Errors" && dimensions["FunctionName"] === `${STACK}-governance-publish` && value > 0,
      );
    await until(failed, MINUTE);
    expect(await metric("ReportPublished")).toHaveLength(seen);
  },
  2 * MINUTE,
);
