// Measures the bare model and one server, each in its own processes.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { freePort } from "../../../deploy/local/ports";
import { UserError } from "../../../deploy/local/user-error";
import { PYTHON } from "../../../deploy/python-env";
import { ROOT } from "../../../deploy/root";
import type { Children, Running } from "./children";
import type { Cell, Job } from "./load-process";
import { memoryMiB } from "./process-tree";
import type { Server } from "./servers";

const START_TIMEOUT_MS = 120_000;
const POLL_MS = 10;
const ANSWER_TIMEOUT_MS = 5_000;
const WARM_UP_CONNECTIONS = 8;

/** What every measurement of a run shares. */
export interface Setting {
  readonly children: Children;
  /** For what the run writes. */
  readonly folder: string;
  readonly modelDir: string;
  /** JSON Lines with a `text` each. */
  readonly samples: string;
  readonly texts: readonly string[];
  readonly connections: readonly number[];
  /** A cell's time. */
  readonly seconds: number;
}

/** The model without a server. */
export interface Bare {
  readonly singleP50Ms: number;
  readonly rates: readonly { readonly batchSize: number; readonly textsPerSecond: number }[];
  /** The model's label for each text. */
  readonly labels: readonly string[];
}

/** One start of a server, and its cells. */
export interface Round {
  /** From its start to its first answer. */
  readonly startSeconds: number;
  /** The most after any cell. */
  readonly memoryMiB: number;
  /** Share of the texts that got the bare model's label. */
  readonly agreement: number;
  readonly cells: readonly Cell[];
}

/** Runs the model alone, on as many texts at a time as there are CPUs. */
export async function measureBare(setting: Setting, batchSizes: readonly number[]): Promise<Bare> {
  const { children, modelDir, samples, seconds } = setting;
  const options = ["--model-dir", modelDir, "--texts", samples, "--seconds", String(seconds)];
  const args = [path.join(__dirname, "bare.py"), ...options, "--batch-sizes", batchSizes.join(",")];
  const env = { PYTHONPATH: path.join(ROOT, "model") };
  const bare: Bare = JSON.parse(await children.run({ command: PYTHON, args, env }));
  return bare;
}

/**
 * Starts a server, checks its answers, loads it, and stops it.
 * @param bin - Its environment's `bin`.
 * @param onStep - Called before each cell.
 * @throws UserError when it does not start or answer.
 */
export async function measureServer(
  server: Server,
  bin: string,
  labels: readonly string[],
  setting: Setting,
  onStep: (connections: number) => void,
): Promise<Round> {
  return withServer(server, bin, setting, async (running, target, startSeconds) => {
    const agreement = await agree(server, target.url, setting.texts, labels);
    return { startSeconds, agreement, ...(await loadAll(running, target, setting, onStep)) };
  });
}

/** Where a server listens, and a file with the bodies of requests. */
export type Target = Pick<Job, "url" | "bodies">;

/**
 * Starts a server, and stops it when `use` has ended.
 * @param use - Called once the server has answered, with the seconds that took.
 * @throws UserError when it does not start or answer.
 */
export async function withServer<Result>(
  server: Server,
  bin: string,
  setting: Pick<Setting, "children" | "folder" | "modelDir" | "texts">,
  use: (running: Running, target: Target, startSeconds: number) => Promise<Result>,
): Promise<Result> {
  const port = await freePort();
  const folder = path.join(setting.folder, `${server.name}-${port}`);
  mkdirSync(folder);
  const bodies = `${folder}.json`;
  writeFileSync(bodies, JSON.stringify(setting.texts.map((text) => JSON.stringify(server.body(text)))));
  const { children, modelDir } = setting;
  const launch = await server.launch({ port, folder, modelDir, bin });
  const url = `http://127.0.0.1:${port}${server.path}`;
  const startedAt = performance.now();
  const running = children.start(launch);
  try {
    await firstAnswer(running, url, server.body(setting.texts[0] ?? ""));
    return await use(running, { url, bodies }, (performance.now() - startedAt) / 1000);
  } finally {
    await running.stop();
  }
}

async function loadAll(running: Running, target: Target, setting: Setting, onStep: (connections: number) => void) {
  const job = (connections: number, seconds: number): Job => ({ ...target, connections, seconds, server: running.pid });
  await load(job(WARM_UP_CONNECTIONS, Math.min(2, setting.seconds)), setting.children);
  const cells: Cell[] = [];
  const memory: number[] = [];
  for (const connections of setting.connections) {
    onStep(connections);
    cells.push(await load(job(connections, setting.seconds), setting.children));
    memory.push(memoryMiB(running.pid));
  }
  return { cells, memoryMiB: Math.max(...memory) };
}

async function load(job: Job, children: Children): Promise<Cell> {
  const program = path.join(__dirname, "load-process.ts");
  const args = [...process.execArgv, program, JSON.stringify(job)]; // execArgv: tsx's loader
  const cell: Cell = JSON.parse(await children.run({ command: process.execPath, args }));
  return cell;
}

async function firstAnswer(running: Running, url: string, body: object): Promise<void> {
  const ended = running.exited.then(() => {
    throw new UserError(`it ended at its start: ${running.tail()}`);
  });
  const deadline = performance.now() + START_TIMEOUT_MS;
  const answered = async () => {
    while (performance.now() < deadline) {
      if ((await ask(url, body).catch(() => undefined)) !== undefined) return;
      await setTimeout(POLL_MS);
    }
    throw new UserError(`it did not answer within ${START_TIMEOUT_MS / 1000} s: ${running.tail()}`);
  };
  await Promise.race([answered(), ended]);
}

/** The share of texts, asked one at a time, whose answer has the model's label. */
async function agree(server: Server, url: string, texts: readonly string[], labels: readonly string[]) {
  let same = 0;
  for (const [index, text] of texts.entries()) {
    if ((await ask(url, server.body(text))) === labels[index]) same += 1;
  }
  return same / texts.length;
}

/** The label in a server's answer, which comes first in every server's form of it; undefined without a 2xx answer. */
async function ask(url: string, body: object): Promise<string | undefined> {
  const headers = { "content-type": "application/json" };
  const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal });
  const text = await response.text();
  return response.ok ? /positive|neutral|negative/.exec(text)?.[0] : undefined;
}
