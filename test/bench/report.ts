// The bench's figures: percentiles, and a table that sets them beside their targets.
import type { ExplanationReport } from "./explanations";
import type { Measured } from "./handler-process";

/** Percentiles in ms. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** What `--json` prints: times in ms, sizes in bytes. */
export interface Report {
  readonly overheadCpuMs: Percentiles;
  readonly endToEnd: readonly (Percentiles & {
    readonly inFlight: number;
    readonly requestsPerSecond: number;
    /** The handler's mean CPU time a request: unlike at one in flight, no core falls asleep in between. */
    readonly cpuMs: number;
    readonly failures: number;
  })[];
  readonly bundleBytes: number;
  readonly loadMs: number;
}

/** Nearest-rank percentiles. */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => round(sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] ?? Number.NaN);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** @param loads - Times to load the bundle in fresh processes; their median is reported. */
export function report(measured: Measured, loads: readonly number[], bundleBytes: number): Report {
  return {
    overheadCpuMs: percentiles(measured.cpuMs),
    endToEnd: measured.runs.map(({ inFlight, latenciesMs, elapsedMs, cpuMs, failures }) => ({
      inFlight,
      ...percentiles(latenciesMs),
      requestsPerSecond: round((latenciesMs.length / elapsedMs) * 1000),
      cpuMs: round(cpuMs / latenciesMs.length),
      failures,
    })),
    bundleBytes,
    loadMs: percentiles(loads).p50,
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** The report as a table for people. */
export function render(
  { overheadCpuMs, endToEnd, bundleBytes, loadMs }: Report,
  { words, evaluations, modelShare, failures, ...explained }: ExplanationReport,
): string {
  const row = (name: string, value: string, target = "") => `${name.padEnd(34)}${value.padEnd(58)}${target}`.trimEnd();
  const times = ({ p50, p95, p99 }: Percentiles) => `p50 ${p50}  p95 ${p95}  p99 ${p99} ms`;
  return [
    row("handler's own CPU time a request", times(overheadCpuMs), "target p95 < 2 ms"),
    ...endToEnd.map((run) =>
      row(
        `end to end, ${run.inFlight} in flight`,
        `${times(run)}  ${Math.round(run.requestsPerSecond)}/s  ${run.cpuMs} ms CPU${run.failures > 0 ? `  ${run.failures} FAILED` : ""}`,
        run.inFlight === 10 ? "target p95 < 50 ms" : "",
      ),
    ),
    row("bundle, minified", `${Math.round(bundleBytes / 1024)} KiB`, "target < 1 MB"),
    row("time to load the bundle", `${loadMs} ms`, "target < 200 ms"),
    row(
      `explanation of ${words} words`,
      `${times(explained)}  ${Math.round(100 * modelShare)} % model${failures > 0 ? `  ${failures} FAILED` : ""}`,
      `target p95 < 300 ms; ${evaluations} texts scored`,
    ),
  ].join("\n");
}
