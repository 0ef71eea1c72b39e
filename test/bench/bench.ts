// `npm run bench [-- --json]`: the deployed bundle in its own process against the real model server and a local DynamoDB.
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { Command } from "commander";
import { buildSync } from "esbuild";
import { runCommand } from "../../deploy/command";
import { clientConfig, slsEnvironment } from "../../deploy/local/aws";
import { startEmulator } from "../../deploy/local/emulator";
import { ensurePython } from "../../deploy/python-env";
import { ROOT } from "../../deploy/root";
import { unpackFunctions } from "./deployed-function";
import { type ExplanationReport, explanationJob, explanationReport } from "./explanations";
import type { Job, Measured } from "./handler-process";
import { startModel } from "./model-server";
import { type Report, render, report } from "./report";
import { startRuntime } from "./runtime";

const REQUESTS = 2_000;
const WARM_UP = 3_000; // until V8 has compiled what it will: before, its compiler threads are half of the CPU time
const LOADS = 5;
const TABLE = "rate-limit";

interface Options {
  readonly json?: boolean;
}

async function startDynamoDb(folder: string): Promise<{ url: string; stop(): Promise<void> }> {
  const state = path.join(folder, "dynamodb");
  const { url, child } = await startEmulator({ state, log: path.join(folder, "emulator.log") });
  const key = { AttributeName: "user", KeyType: "HASH" } as const;
  await new DynamoDBClient(clientConfig(url)).send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "user", AttributeType: "S" }],
      KeySchema: [key],
    }),
  );
  return { url, stop: () => child.stop() };
}

/** Plain JavaScript for a plain Node, since tsx would slow down what is measured. */
function compileProcess(folder: string): string {
  const outfile = path.join(folder, "handler-process.js");
  const entryPoints = [path.join(__dirname, "handler-process.ts")];
  buildSync({ entryPoints, outfile, bundle: true, platform: "node", target: "node20", logLevel: "error" });
  return outfile;
}

async function runJob(program: string, job: Job, environment: NodeJS.ProcessEnv): Promise<Measured> {
  const child: ChildProcess = fork(program, [], {
    env: environment,
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"], // the function's logs are written, but not shown
  });
  return new Promise((resolve, reject) => {
    child.once("message", (measured: Measured) => resolve(measured));
    child.once("exit", (code) => reject(new Error(`the handler's process ended with ${code}`)));
    child.send(job);
  });
}

async function measure(folder: string): Promise<Report & { explanations: ExplanationReport }> {
  const { predict, explain } = unpackFunctions(folder, ["predict", "explain"]);
  const program = compileProcess(folder);
  const parts = [await startDynamoDb(folder), await startModel(ROOT)] as const;
  const [dynamoDb, model] = parts;
  const runtime = await startRuntime(model.url);
  const emulated = {
    ...slsEnvironment(dynamoDb.url),
    AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: runtime.url,
    MODEL_ENDPOINT: "bench",
    MODEL_VERSION: "bench",
    MODEL_FORMAT: "serin",
    MODEL_BUDGET_MS: "5000", // nothing is given up at 50 in flight
    RATE_LIMIT_TABLE: TABLE,
    RATE_LIMIT_TIMEOUT_MS: "5000",
    RATE_LIMIT_ON_FAILURE: "deny",
  };
  const environment = { ...predict.environment, ...emulated };
  const samples = path.join(ROOT, "test", "samples", "dynasent.jsonl");
  const job = {
    bundle: predict.bundle,
    texts: samples,
    warmUp: WARM_UP,
    inFlight: [1, 10, 50],
  };
  try {
    const loads: number[] = [];
    for (let index = 0; index < LOADS; index += 1)
      loads.push((await runJob(program, { ...job, requests: 0 }, environment)).loadMs);
    const measured = await runJob(program, { ...job, requests: REQUESTS }, environment);
    const explanations = explanationJob(explain.bundle, samples, path.join(folder, "explanations.jsonl"));
    const explained = await runJob(program, explanations, { ...explain.environment, ...emulated });
    return {
      ...report(measured, loads, statSync(predict.bundle).size),
      explanations: explanationReport(explained, runtime.tookMs),
    };
  } finally {
    await runtime.close();
    for (const part of parts) await part.stop();
  }
}

async function main({ json = false }: Options): Promise<void> {
  const note = (step: string) => process.stderr.write(`${step}\n`);
  await ensurePython("local", note);
  note(`measuring ${REQUESTS} requests a run, after ${WARM_UP} to warm up, and explanations; about two minutes`);
  const folder = mkdtempSync(path.join(tmpdir(), "serin-bench-"));
  try {
    const measured = await measure(folder);
    console.log(json ? JSON.stringify(measured) : render(measured, measured.explanations));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const command = new Command("bench")
  .description(
    "Measures the handlers: own CPU time, end-to-end latency, bundle size, load time; and the latency of explanations.",
  )
  .option("--json", "one JSON object instead of a table")
  .action(main);

void runCommand(() => command.parseAsync());
