// Medians, ratios, and tables that line up.
import type { Cell } from "./load-process";
import { timeLeft } from "./progress";
import { median, type Report, type RoundBesideBare, render, summarize, table } from "./report";

const cell = (connections: number, requestsPerSecond: number, more: Partial<Cell> = {}): Cell => ({
  connections,
  requestsPerSecond,
  requests: 10,
  failures: 0,
  p50: 1,
  p95: 2,
  p99: 3,
  serverCpuMs: 1,
  loadCpuMs: 0.1,
  ...more,
});

const round = (bareRate: number, cells: readonly Cell[], more: Partial<RoundBesideBare> = {}): RoundBesideBare => ({
  bareRate,
  cells,
  startSeconds: 1,
  memoryMiB: 100,
  agreement: 1,
  ...more,
});

const report = (more: Partial<Report>): Report => ({
  measuredAt: "2026-11-21T12:00:00.000Z",
  machine: { cpu: "a CPU", cpus: 2, loadAverage: 0.1 },
  modelBytes: 23_000_000,
  secondsPerCell: 8,
  rounds: 2,
  bare: { singleP50Ms: 2, rates: [{ batchSize: 1, textsPerSecond: 200 }], batch1Rates: [190, 210] },
  servers: [],
  costs: [],
  assumptions: [],
  ...more,
});

test.each([
  [[3], 3],
  [[9, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
  [[], Number.NaN],
])("median of %j", (values, expected) => {
  expect(median(values)).toBe(expected);
});

test("a ratio is to the bare model's rate beside its own round, so that a slow machine does not show in it", () => {
  const rounds = [round(200, [cell(1, 100), cell(8, 150)]), round(20, [cell(1, 10), cell(8, 15)])];
  expect(summarize(rounds).cells).toMatchObject([
    { connections: 1, ratio: 0.5, requestsPerSecond: 55 },
    { connections: 8, ratio: 0.75 },
  ]);
});

test("failures are added up, memory is the most, agreement the least", () => {
  const rounds = [
    round(1, [cell(1, 1, { failures: 2 })], { memoryMiB: 90, agreement: 1 }),
    round(1, [cell(1, 1, { failures: 1 })], { memoryMiB: 120, agreement: 0.5 }),
  ];
  expect(summarize(rounds)).toMatchObject({ memoryMiB: 120, agreement: 0.5, cells: [{ failures: 3, requests: 20 }] });
});

test("columns line up: the first to the left, figures to the right", () => {
  const lines = table(
    ["server", "req/s"],
    [
      ["a", "1"],
      ["a longer name", "12345"],
    ],
  ).split("\n");
  expect(lines).toEqual([
    "| server        | req/s |",
    "| ------------- | ----: |",
    "| a             |     1 |",
    "| a longer name | 12345 |",
  ]);
});

test("what could not be measured, or not as promised, is said and never left out", () => {
  const { cells, ...start } = summarize([round(200, [cell(1, 100)])]);
  const text = render(
    report({
      servers: [
        { name: "a", title: "A", note: "without its proxy", ...start, cells },
        { name: "b", title: "B", notMeasured: "it could not be installed: no wheel" },
      ],
    }),
  );
  expect(text).toContain("- A: without its proxy.");
  expect(text).toContain("- B: not measured: it could not be installed: no wheel");
  expect(text).toContain("190 to 210 texts/s");
  expect(text).not.toContain("USD");
});

test("the first latency at one connection is shown over the bare model's", () => {
  const text = render(
    report({ servers: [{ name: "a", title: "A", ...summarize([round(1, [cell(1, 1, { p50: 3 })])]) }] }),
  );
  expect(text).toMatch(/\| A +\| +1\.0 \| +100 \| +1\.50 \| +100\.0 % \|/);
});

test.each([
  [0.2, "1 s"],
  [59, "59 s"],
  [61, "1 min 1 s"],
])("%d seconds are %s", (seconds, words) => {
  expect(timeLeft(seconds)).toBe(words);
});
