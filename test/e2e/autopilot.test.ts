// `npm run model:autopilot` as a user runs it, against the emulated AWS, whose SageMaker keeps a job in progress for ever.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { DescribeAutoMLJobV2Command, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { readDataSet } from "../../deploy/autopilot/data-set";
import { clientConfig } from "../../deploy/local/aws";
import { ROOT } from "../../deploy/root";
import { until } from "../until";
import { sharedTarget } from "./shared-target";

const MINUTE = 60_000;
const target = sharedTarget();
const folder = mkdtempSync(path.join(tmpdir(), "serin-autopilot-"));
const data = path.join(folder, "rows.jsonl");
const rows = ["positive", "neutral", "negative"].flatMap((label) =>
  Array.from({ length: 50 }, (_, i) => ({ text: `${label} "${i}"\nand more`, label })),
);
writeFileSync(data, rows.map((row) => JSON.stringify(row)).join("\n"));
const name = `serin-local-${readDataSet(data).sha256.slice(0, 8)}`;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts the command; `said` grows with what it prints. */
function start(...args: readonly string[]) {
  const command = ["--import", "tsx", "deploy/autopilot/autopilot.ts", "--stage", "local", ...args];
  const child = spawn(process.execPath, command, {
    cwd: ROOT,
    env: { ...process.env, SERIN_STATE: process.env["SERIN_E2E_STATE"] },
  });
  const run = { child, said: "", ended: once(child, "close").then(([code]: unknown[]) => code) };
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      run.said += chunk.toString();
    });
  return run;
}

const describeJob = () =>
  new SageMakerClient(clientConfig(target.awsUrl)).send(new DescribeAutoMLJobV2Command({ AutoMLJobName: name }));

it(
  "uploads the data, starts a job with the stage's role, and leaves it running on Ctrl-C",
  async () => {
    const run = start("--data", data, "--yes");
    await until(
      () => run.said.includes("candidate 1 of 1"),
      MINUTE,
      () => run.said,
    );
    run.child.kill("SIGINT");
    expect(await run.ended).toBe(130);
    expect(run.said).toContain(`150 rows (positive 50, neutral 50, negative 50)`);
    expect(run.said).toContain(`npm run model:autopilot -- --name ${name} --stage local`);
    const job = await describeJob();
    expect(job).toMatchObject({ AutoMLJobStatus: "InProgress", RoleArn: expect.stringContaining("AutopilotRole") });
    const uri = new URL(job.AutoMLJobInputDataConfig?.[0]?.DataSource?.S3DataSource?.S3Uri ?? "");
    const s3 = new S3Client({ ...clientConfig(target.awsUrl), forcePathStyle: true });
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: uri.host, Key: uri.pathname.slice(1) }));
    expect(await Body?.transformToString()).toBe(readDataSet(data).csv);
  },
  2 * MINUTE,
);

it(
  "watches the same job again instead of starting another, and stops it by its name",
  async () => {
    const again = start("--data", data, "--yes");
    await until(
      () => again.said.includes("candidate 1 of 1"),
      MINUTE,
      () => again.said,
    );
    again.child.kill("SIGINT");
    expect(await again.ended).toBe(130);
    expect(again.said).not.toContain("Start the job");
    const stop = start("--name", name, "--stop");
    expect(await stop.ended).toBe(0);
    expect(stop.said).toContain(`Job ${name} is being stopped`);
    expect((await describeJob()).AutoMLJobStatus).toMatch(/^Stop/);
  },
  3 * MINUTE,
);

it(
  "refuses what cannot be a job, before it asks AWS",
  async () => {
    const run = start("--data", path.join(folder, "none.jsonl"), "--yes");
    expect(await run.ended).toBe(1);
    expect(run.said).toContain("none.jsonl cannot be read");
    expect(run.said).not.toContain(" at "); // no stack
    const hours = start("--data", data, "--max-runtime", "0");
    expect(await hours.ended).toBe(1);
    expect(hours.said).toContain("It is a whole number of hours, 1 to 720.");
  },
  MINUTE,
);
