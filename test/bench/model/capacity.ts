// `npx tsx test/bench/model/capacity.ts`: the requests/s that one instance's stack sustains, for the scaling target (docs/adr/0009).
import { readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import path from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { runCommand } from "../../../deploy/command";
import { ensurePython } from "../../../deploy/python-env";
import { ROOT } from "../../../deploy/root";
import { type CapacityRound, renderCapacity } from "./capacity-report";
import type { Children } from "./children";
import { ensureEnvironment } from "./environments";
import { measureBare, type Setting, type Target, withServer } from "./measure";
import type { OpenCell, OpenJob } from "./open-load-process";
import { inRunFolder } from "./run-folder";
import { peers } from "./servers";

const SAMPLES = path.join(ROOT, "test", "samples", "dynasent.jsonl");
const WARM_UP_SECONDS = 2;

interface Options {
  readonly modelDir: string;
  readonly shares: readonly number[];
  readonly seconds: number;
  readonly rounds: number;
  readonly slowMs: number;
  readonly json?: boolean;
}

async function load(job: OpenJob, children: Children): Promise<OpenCell> {
  const program = path.join(__dirname, "open-load-process.ts");
  const args = [...process.execArgv, program, JSON.stringify(job)]; // execArgv: tsx's loader
  const cell: OpenCell = JSON.parse(await children.run({ command: process.execPath, args }));
  return cell;
}

/** Every rate beside the bare model's, which is measured just before and just after it. */
async function sweep(target: Target, setting: Setting, { shares, seconds, slowMs }: Options): Promise<CapacityRound[]> {
  const bareRate = async () =>
    (await measureBare({ ...setting, seconds: 3 }, [1])).rates[0]?.textsPerSecond ?? Number.NaN;
  const rounds: CapacityRound[] = [];
  let before = await bareRate();
  await load({ ...target, rate: before / 4, seconds: WARM_UP_SECONDS, slowMs }, setting.children);
  for (const share of shares) {
    const rate = share * before;
    const cell = await load({ ...target, rate, seconds, slowMs }, setting.children);
    const after = await bareRate();
    rounds.push({ share, rate, bareRate: (before + after) / 2, cell });
    process.stderr.write(`${renderCapacity(rounds.slice(-1), slowMs).split("\n").at(-1)}\n`);
    before = after;
  }
  return rounds;
}

async function measure(options: Options, children: Children, folder: string): Promise<CapacityRound[]> {
  const [server] = peers(false).filter(({ name }) => name === "sagemaker");
  if (server === undefined) throw new Error("there is no peer sagemaker");
  await ensurePython("local", (step) => process.stderr.write(`${step}\n`));
  const bin = await ensureEnvironment(server.name, children);
  const rows = readFileSync(SAMPLES, "utf8").trim().split("\n");
  const texts = rows.map((row) => String(Reflect.get(Object(JSON.parse(row)), "text")));
  const modelDir = path.resolve(options.modelDir);
  const setting = { children, folder, modelDir, samples: SAMPLES, texts, connections: [], seconds: options.seconds };
  const rounds: CapacityRound[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    rounds.push(...(await withServer(server, bin, setting, (_running, target) => sweep(target, setting, options))));
  }
  return rounds;
}

async function main(options: Options): Promise<void> {
  process.stderr.write(
    `${cpus().length} CPUs (${cpus()[0]?.model}), load average ${loadavg()[0]?.toFixed(1)} before\n`,
  );
  await inRunFolder(async (children, folder) => {
    const rounds = await measure(options, children, folder);
    console.log(options.json ? JSON.stringify(rounds) : renderCapacity(rounds, options.slowMs));
  });
}

function positive(value: string): number {
  const number = Number(value);
  if (!(number > 0 && number < Number.POSITIVE_INFINITY)) throw new InvalidArgumentError("Give a positive number.");
  return number;
}

const command = new Command("capacity")
  .description(
    "Loads SageMaker's scikit-learn stack at rising rates, each a share of the bare model's rate at that moment.",
  )
  .option("--model-dir <dir>", "the artifact to serve", path.join(ROOT, "model", "artifact"))
  .option(
    "--shares <numbers>",
    "comma-separated",
    (list) => list.split(",").map(positive),
    [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
  )
  .option("--seconds <number>", "for each rate", positive, 20)
  .option("--rounds <number>", "how often; figures are medians", positive, 3)
  .option("--slow-ms <ms>", "what counts as slow: a first attempt is given up then (src/model-client)", positive, 300)
  .option("--json", "every round as JSON")
  .action(main);

void runCommand(() => command.parseAsync());
