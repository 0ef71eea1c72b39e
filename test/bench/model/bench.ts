// `npm run bench:model [-- --json]`: the bare model, Serin's server and its peers, on the same model, one after another.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { runCommand } from "../../../deploy/command";
import { UserError } from "../../../deploy/local/user-error";
import { ensurePython } from "../../../deploy/python-env";
import { ROOT } from "../../../deploy/root";
import type { Children } from "./children";
import { assumptions, comprehendUnits, cost } from "./cost";
import { ensureEnvironment } from "./environments";
import { SAGEMAKER } from "./prices";
import { Progress } from "./progress";
import { type Report, render, type ServerReport } from "./report";
import { type Contender, run } from "./run";
import { inRunFolder } from "./run-folder";
import { peers, SERIN, type Server } from "./servers";

const SAMPLES = path.join(ROOT, "test", "samples", "dynasent.jsonl");
const PAGE = path.join(ROOT, "docs", "model-performance.md");
const GENERATED = /(?<=<!-- generated -->\n).*(?=\n<!-- end -->)/s;
const VOLUMES = [100_000, 10_000_000]; // requests a day

interface Options {
  readonly modelDir: string;
  readonly peers?: readonly string[];
  readonly skipPeers?: boolean;
  readonly connections: readonly number[];
  readonly seconds: number;
  readonly rounds: number;
  readonly utilisation: number;
  readonly instances: number;
  readonly instancePrice: number;
  readonly serverlessMemory: number;
  readonly json?: boolean;
  readonly write?: boolean;
}

/** @throws UserError when a name is no peer's. */
function chosenPeers({ peers: names, skipPeers = false }: Options): readonly Server[] {
  if (skipPeers) return [];
  const onPath = (process.env["PATH"] ?? "").split(path.delimiter);
  const all = peers(onPath.some((bin) => existsSync(path.join(bin, "nginx"))));
  const unknown = names?.find((name) => all.every((peer) => peer.name !== name));
  if (unknown !== undefined) {
    throw new UserError(`There is no peer "${unknown}"; choose from ${all.map(({ name }) => name).join(", ")}.`);
  }
  return names === undefined ? all : all.filter(({ name }) => names.includes(name));
}

async function contender(server: Server, children: Children): Promise<Contender> {
  try {
    return { server, bin: await ensureEnvironment(server.name, children) };
  } catch (error) {
    if (!(error instanceof UserError) || children.stopped) throw error;
    return { server, bin: "", problem: error.message };
  }
}

/** What Serin's figures cost; nothing when there are none. */
function costs(serin: ServerReport | undefined, texts: readonly string[], options: Options) {
  const cells = serin !== undefined && "cells" in serin ? serin.cells : [];
  const [fewest] = cells;
  if (fewest === undefined) return { costs: [], assumptions: [] };
  const assumed = {
    requestsPerSecond: Math.max(...cells.map(({ requestsPerSecond }) => requestsPerSecond)),
    requestMs: (fewest.connections / fewest.requestsPerSecond) * 1000,
    comprehendUnits: texts.reduce((sum, text) => sum + comprehendUnits(text), 0) / texts.length,
    utilisation: options.utilisation,
    minimumInstances: options.instances,
    instanceHour: options.instancePrice,
    serverlessGb: options.serverlessMemory,
  };
  return { costs: VOLUMES.map((volume) => cost(volume, assumed)), assumptions: assumptions(assumed) };
}

async function measure(options: Options, children: Children, folder: string): Promise<Report> {
  const { modelDir, connections, seconds, rounds } = options;
  const progress = new Progress();
  const chosen = chosenPeers(options);
  await ensurePython("local", (step) => progress.note(step));
  const contenders: Contender[] = [{ server: SERIN, bin: "" }];
  for (const server of chosen) {
    progress.note(`${server.name}: environment`);
    contenders.push(await contender(server, children));
  }
  const rows = readFileSync(SAMPLES, "utf8").trim().split("\n");
  const texts = rows.map((row) => String(Reflect.get(Object(JSON.parse(row)), "text")));
  const setting = { children, folder, modelDir: path.resolve(modelDir), samples: SAMPLES, texts, connections, seconds };
  const figures = await run(contenders, rounds, setting, progress);
  return { ...figures, ...costs(figures.servers[0], texts, options) };
}

async function main(options: Options): Promise<void> {
  if (!existsSync("/proc/self/smaps_rollup")) throw new UserError("bench:model reads Linux's /proc; run it on Linux.");
  if (!existsSync(path.join(options.modelDir, "model.onnx"))) {
    throw new UserError(`There is no model.onnx in ${options.modelDir}; name a model's folder: --model-dir DIR`);
  }
  await inRunFolder(async (children, folder) => {
    const report = await measure(options, children, folder);
    console.log(options.json ? JSON.stringify(report) : render(report));
    if (options.write)
      writeFileSync(
        PAGE,
        readFileSync(PAGE, "utf8").replace(GENERATED, () => `\n${render(report)}\n`),
      );
  });
}

function positive(value: string): number {
  const number = Number(value);
  if (!(number > 0 && number < Number.POSITIVE_INFINITY)) throw new InvalidArgumentError("Give a positive number.");
  return number;
}

function positiveWhole(value: string): number {
  if (!Number.isInteger(positive(value))) throw new InvalidArgumentError("Give a whole number, 1 or more.");
  return Number(value);
}

const ascending = (value: string) =>
  value
    .split(",")
    .map(positiveWhole)
    .sort((a, b) => a - b);

const command = new Command("bench:model")
  .description("Measures the model, Serin's server and its peers under load, and what a million requests cost.")
  .option("--model-dir <dir>", "the artifact to serve", path.join(ROOT, "model", "artifact"))
  .option("--peers <names>", "some peers, comma-separated", (value) => value.split(","))
  .option("--skip-peers", "only the bare model and Serin's server")
  .option("--connections <numbers>", "comma-separated", ascending, [1, 8, 32, 64])
  .option("--seconds <number>", "for each cell, after a warm-up", positive, 8)
  .option("--rounds <number>", "how often each server is measured; figures are medians", positiveWhole, 2)
  .option("--utilisation <share>", "cost: average use of an instance's capacity", positive, 0.4)
  .option("--instances <number>", "cost: at least so many", positiveWhole, 2)
  .option("--instance-price <usd>", `cost: an hour (${SAGEMAKER.instanceType})`, positive, SAGEMAKER.instanceHour)
  .option("--serverless-memory <gb>", "cost: memory of a serverless endpoint (deploy/hosting.yml)", positive, 2)
  .option("--json", "one JSON object instead of tables")
  .option("--write", "also put the tables into docs/model-performance.md")
  .action(main);

void runCommand(() => command.parseAsync());
