// The capacity sweep's figures: medians over its rounds, and the table that shows them.
import type { OpenCell } from "./open-load-process";
import { median } from "./report";

/** One rate of one round. */
export interface CapacityRound {
  /** Of the bare model's rate, that was asked for. */
  readonly share: number;
  /** Requests/s that were asked for. */
  readonly rate: number;
  /** The bare model's texts/s: the mean of just before and just after. */
  readonly bareRate: number;
  readonly cell: OpenCell;
}

/** A Markdown table with a line for each share. */
export function renderCapacity(rounds: readonly CapacityRound[], slowMs: number): string {
  const shares = [...new Set(rounds.map(({ share }) => share))];
  return [
    `| share of the bare rate | requests/s | bare texts/s | p50 ms | p95 ms | p99 ms | failed or over ${slowMs} ms |`,
    "| ---------------------: | ---------: | -----------: | -----: | -----: | -----: | ----------------------: |",
    ...shares.map((share) => line(rounds.filter((round) => round.share === share))),
  ].join("\n");
}

function line(rounds: readonly CapacityRound[]): string {
  const of = (figure: (round: CapacityRound) => number) => median(rounds.map(figure));
  const fields = [
    of(({ rate, bareRate }) => rate / bareRate).toFixed(2),
    of(({ rate }) => rate).toFixed(0),
    of(({ bareRate }) => bareRate).toFixed(0),
    of(({ cell }) => cell.p50).toFixed(1),
    of(({ cell }) => cell.p95).toFixed(1),
    of(({ cell }) => cell.p99).toFixed(1),
    `${(of(({ cell }) => cell.badShare) * 100).toFixed(2)} %`,
  ];
  return `| ${fields.join(" | ")} |`;
}
