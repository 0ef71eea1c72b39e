// The figures of a run: medians over its rounds, ratios to the bare model, and the tables that show them.
import type { Cost } from "./cost";
import type { Cell } from "./load-process";
import type { Round } from "./measure";

/** A round of a server, between two measurements of the bare model. */
export interface RoundBesideBare extends Round {
  /** Texts/s of the bare model at batch 1: the mean of just before and just after. */
  readonly bareRate: number;
}

/** A cell's medians over all rounds; failures are added up. */
export interface ServerCell extends Cell {
  /** Requests/s over the bare model's texts/s at batch 1. */
  readonly ratio: number;
}

/** One server, or why there are no figures of it. */
export type ServerReport = { readonly name: string; readonly title: string; readonly note?: string } & (
  | { readonly notMeasured: string }
  | {
      readonly startSeconds: number;
      readonly memoryMiB: number;
      readonly agreement: number;
      readonly cells: readonly ServerCell[];
    }
);

/** What `--json` prints. */
export interface Report {
  readonly measuredAt: string;
  readonly machine: { readonly cpu: string; readonly cpus: number; readonly loadAverage: number };
  readonly modelBytes: number;
  readonly secondsPerCell: number;
  readonly rounds: number;
  readonly bare: {
    readonly singleP50Ms: number;
    readonly rates: readonly { readonly batchSize: number; readonly textsPerSecond: number }[];
    /** Texts/s at batch 1 of every measurement in this run: how far they differ is the machine's noise. */
    readonly batch1Rates: readonly number[];
  };
  readonly servers: readonly ServerReport[];
  readonly costs: readonly Cost[];
  /** What the costs assume, a sentence each. */
  readonly assumptions: readonly string[];
}

/** The median; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = Math.floor(sorted.length / 2);
  const middle = sorted.length % 2 === 1 ? [sorted[upper]] : [sorted[upper - 1], sorted[upper]];
  return middle.reduce<number>((sum, value) => sum + (value ?? Number.NaN), 0) / middle.length;
}

/** A server's figures over its rounds: medians, but the most memory and all failures. */
export function summarize(rounds: readonly RoundBesideBare[]) {
  const connections = rounds[0]?.cells.map((cell) => cell.connections) ?? [];
  return {
    startSeconds: median(rounds.map(({ startSeconds }) => startSeconds)),
    memoryMiB: Math.max(...rounds.map(({ memoryMiB }) => memoryMiB)),
    agreement: Math.min(...rounds.map(({ agreement }) => agreement)),
    cells: connections.map((count) => summarizeCell(count, rounds)),
  };
}

function summarizeCell(connections: number, rounds: readonly RoundBesideBare[]): ServerCell {
  const cells = rounds.flatMap(({ cells, bareRate }) =>
    cells
      .filter((cell) => cell.connections === connections)
      .map((cell) => ({ ...cell, ratio: cell.requestsPerSecond / bareRate })),
  );
  const of = (key: keyof ServerCell) => median(cells.map((cell) => cell[key]));
  const sum = (key: keyof ServerCell) => cells.reduce((total, cell) => total + cell[key], 0);
  return {
    connections,
    requests: sum("requests"),
    failures: sum("failures"),
    requestsPerSecond: of("requestsPerSecond"),
    ratio: of("ratio"),
    p50: of("p50"),
    p95: of("p95"),
    p99: of("p99"),
    serverCpuMs: of("serverCpuMs"),
    loadCpuMs: of("loadCpuMs"),
  };
}

/** A Markdown table whose columns are aligned; the first column is text, the others figures. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, column) => (column === 0 ? (row[column] ?? "").padEnd(width) : (row[column] ?? "").padStart(width))).join(" | ")} |`;
  const rule = widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(header), `| ${rule.join(" | ")} |`, ...rows.map(line)].join("\n");
}

/** The report for people, in Markdown. */
export function render(report: Report): string {
  const parts = [about(report), bareTable(report), loadTable(report), startTable(report), remarks(report)];
  return [...parts, costTable(report)].filter((part) => part !== "").join("\n\n");
}

function about({ measuredAt, machine, modelBytes, secondsPerCell, rounds, bare }: Report): string {
  const spread = `${Math.min(...bare.batch1Rates).toFixed(0)} to ${Math.max(...bare.batch1Rates).toFixed(0)}`;
  return [
    `${measuredAt.slice(0, 10)}, ${machine.cpus} CPUs (${machine.cpu}), load average ${machine.loadAverage.toFixed(1)} before;`,
    `model of ${(modelBytes / 1e6).toFixed(1)} MB; ${rounds} x ${secondsPerCell} s a cell.`,
    `The bare model's batch-1 rate was measured ${bare.batch1Rates.length} times: ${spread} texts/s.`,
  ].join("\n");
}

function bareTable({ bare }: Report): string {
  const base = bare.rates.find(({ batchSize }) => batchSize === 1)?.textsPerSecond ?? Number.NaN;
  const rows = bare.rates.map(({ batchSize, textsPerSecond }) => [
    `batch ${batchSize}`,
    textsPerSecond.toFixed(0),
    (textsPerSecond / base).toFixed(2),
    batchSize === 1 ? bare.singleP50Ms.toFixed(2) : "",
  ]);
  return table(["bare model", "texts/s", "ratio", "p50 ms"], rows);
}

function loadTable({ servers }: Report): string {
  const rows = servers.flatMap((server) =>
    "notMeasured" in server
      ? []
      : server.cells.map((cell) => [
          server.title,
          String(cell.connections),
          cell.requestsPerSecond.toFixed(0),
          cell.ratio.toFixed(2),
          ...[cell.p50, cell.p95, cell.p99].map((ms) => ms.toFixed(1)),
          cell.serverCpuMs.toFixed(2),
          cell.loadCpuMs.toFixed(2),
          String(cell.failures),
        ]),
  );
  const times = ["p50 ms", "p95 ms", "p99 ms", "CPU ms", "load's CPU ms"];
  return table(["server", "connections", "req/s", "ratio", ...times, "failed"], rows);
}

function startTable({ servers, bare }: Report): string {
  const rows = servers.flatMap((server) => {
    if ("notMeasured" in server) return [];
    const alone = server.cells.find(({ connections }) => connections === 1);
    return [
      [
        server.title,
        server.startSeconds.toFixed(1),
        server.memoryMiB.toFixed(0),
        alone ? (alone.p50 / bare.singleP50Ms).toFixed(2) : "",
        `${(server.agreement * 100).toFixed(1)} %`,
      ],
    ];
  });
  return table(["server", "start s", "PSS MiB", "p50 at 1 / bare p50", "same labels"], rows);
}

function remarks({ servers }: Report): string {
  const lines = servers.flatMap((server) => [
    ...(server.note === undefined ? [] : [`- ${server.title}: ${server.note}.`]),
    ...("notMeasured" in server ? [`- ${server.title}: not measured: ${server.notMeasured}`] : []),
  ]);
  return lines.join("\n");
}

function costTable({ costs, assumptions }: Report): string {
  if (costs.length === 0) return "";
  const rows = costs.map(({ requestsPerDay, instances, realTime, serverless, comprehend }) => [
    requestsPerDay.toLocaleString("en"),
    String(instances),
    ...[realTime, serverless, comprehend].map((usd) => usd.toFixed(2)),
  ]);
  const header = ["requests a day", "instances", "real-time", "serverless", "Amazon Comprehend"];
  return ["USD per million requests:", table(header, rows), assumptions.map((line) => `- ${line}`).join("\n")].join(
    "\n\n",
  );
}
