// The capacity sweep's table: medians over the rounds, each rate beside the bare model's at that moment.
import { type CapacityRound, renderCapacity } from "./capacity-report";

const round = (bareRate: number, p95: number, badShare: number): CapacityRound => ({
  share: 0.5,
  rate: 100,
  bareRate,
  cell: { requests: 1_000, p50: 5, p95, p99: 2 * p95, badShare },
});

test("a line for each share has the medians of its rounds", () => {
  const rounds = [round(200, 10, 0), round(400, 90, 0.02), round(250, 20, 0.01)];
  const [header, , ...lines] = renderCapacity(rounds, 300).split("\n");
  expect(header).toContain("failed or over 300 ms");
  expect(lines).toEqual(["| 0.40 | 100 | 250 | 5.0 | 20.0 | 40.0 | 1.00 % |"]);
});

test("shares stay apart", () => {
  const lines = renderCapacity([round(200, 10, 0), { ...round(200, 10, 0), share: 0.6 }], 300).split("\n");
  expect(lines).toHaveLength(4);
});
