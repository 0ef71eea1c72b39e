// One run: the bare model, then round after round each server between two measurements of the bare model's rate.
import { statSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import path from "node:path";
import { UserError } from "../../../deploy/local/user-error";
import { type Bare, measureBare, measureServer, type Setting } from "./measure";
import type { Progress } from "./progress";
import { type Report, type RoundBesideBare, type ServerReport, summarize } from "./report";
import type { Server } from "./servers";

const BATCH_SIZES = [1, 2, 4, 8, 16, 32, 64];
// for the time left
const START_SECONDS = 6;
const PROCESS_SECONDS = 2;

/** A server, and its environment's `bin` or why there is none. */
export interface Contender {
  readonly server: Server;
  readonly bin: string;
  problem?: string;
}

/** The figures of a run, without what they cost. */
export type Figures = Omit<Report, "costs" | "assumptions">;

/** Measures everything, one after the other. A server that fails is reported as such. */
export async function run(
  contenders: readonly Contender[],
  rounds: number,
  setting: Setting,
  progress: Progress,
): Promise<Figures> {
  const loadAverage = loadavg()[0] ?? 0;
  const rivals = contenders.filter(({ problem }) => problem === undefined).length;
  progress.plan(firstSeconds(setting) + rounds * rivals * serverSeconds(setting));
  progress.step("bare model", firstSeconds(setting));
  const bare = await measureBare(setting, BATCH_SIZES);
  const measured = new Map<Contender, RoundBesideBare[]>();
  const batch1Rates = [batch1(bare)];
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of contenders) await duel(contender, bare.labels, batch1Rates, measured, setting, progress);
  }
  return {
    measuredAt: new Date().toISOString(),
    machine: { cpu: cpus()[0]?.model ?? "unknown", cpus: availableParallelism(), loadAverage },
    modelBytes: statSync(path.join(setting.modelDir, "model.onnx")).size,
    secondsPerCell: setting.seconds,
    rounds,
    bare: { singleP50Ms: bare.singleP50Ms, rates: bare.rates, batch1Rates },
    servers: contenders.map((contender) => serverReport(contender, measured.get(contender) ?? [])),
  };
}

/** Measures a server once more, and then the bare model, whose last rate is that of just before. */
async function duel(
  contender: Contender,
  labels: Bare["labels"],
  batch1Rates: number[],
  measured: Map<Contender, RoundBesideBare[]>,
  setting: Setting,
  progress: Progress,
): Promise<void> {
  if (contender.problem !== undefined) return;
  const { server, bin } = contender;
  try {
    progress.step(`${server.name}: start, check, warm up`, START_SECONDS);
    const round = await measureServer(server, bin, labels, setting, (connections) =>
      progress.step(`${server.name}: ${connections} connections`, setting.seconds + PROCESS_SECONDS),
    );
    progress.step("bare model again", againSeconds(setting));
    const before = batch1Rates.at(-1) ?? Number.NaN;
    const after = batch1(await measureBare(setting, [1]));
    batch1Rates.push(after);
    measured.set(contender, [...(measured.get(contender) ?? []), { ...round, bareRate: (before + after) / 2 }]);
  } catch (error) {
    if (!(error instanceof UserError) || setting.children.stopped) throw error;
    contender.problem = error.message;
    progress.note(`${server.name}: ${error.message}`);
  }
}

function serverReport({ server, problem }: Contender, rounds: readonly RoundBesideBare[]): ServerReport {
  const { name, title, note } = server;
  const about = { name, title, ...(note === undefined ? {} : { note }) };
  return problem === undefined ? { ...about, ...summarize(rounds) } : { ...about, notMeasured: problem };
}

function batch1({ rates }: Bare): number {
  return rates.find(({ batchSize }) => batchSize === 1)?.textsPerSecond ?? Number.NaN;
}

function firstSeconds({ seconds }: Setting): number {
  return (BATCH_SIZES.length + 0.5) * seconds + PROCESS_SECONDS;
}

function againSeconds({ seconds }: Setting): number {
  return 1.5 * seconds + PROCESS_SECONDS;
}

function serverSeconds(setting: Setting): number {
  const cells = setting.connections.length * (setting.seconds + PROCESS_SECONDS);
  return START_SECONDS + cells + againSeconds(setting);
}
