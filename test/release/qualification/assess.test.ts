import { assess, assessAlone } from "../../../src/release/qualification/assess";
import type { Comparison, Sample } from "../../../src/release/qualification/compare";
import type { GoldenRow } from "../../../src/release/qualification/golden";
import { RULE } from "../../../src/release/rule";

const ROWS: readonly GoldenRow[] = [{ text: "Great.", label: "positive" }];
const right = (count: number): Sample[] =>
  Array.from({ length: count }, () => ({
    row: 0,
    answer: {
      sentiment: "positive",
      failure: undefined,
      metrics: { faults: 0, comparedLatencyMs: 100 },
    },
  }));
const comparison = (canary: Sample[], stable: Sample[]): Comparison => ({
  samples: { canary, stable },
  stopped: "deadline",
});

it("decides nothing, and gives no numbers, where the time ran out before anything was asked", () => {
  expect(assess(comparison([], []), ROWS)).toMatchObject({
    verdict: "inconclusive",
    p95Ratio: null,
    errorRate: null,
    accuracyDifference: null,
    accuracyInterval: null,
    changedAnswers: null,
    reasons: expect.arrayContaining(["The time ran out after 0 requests to the canary."]),
  });
});

it("decides about a first release only once it was asked often enough", () => {
  const few = assessAlone(comparison(right(RULE.minSamples - 1), []), ROWS);
  expect(few).toMatchObject({ verdict: "inconclusive", errorRate: null });
  expect(few.reasons).toContain(`The time ran out after ${RULE.minSamples - 1} requests to the canary.`);
  expect(assessAlone(comparison(right(RULE.minSamples), []), ROWS)).toMatchObject({ verdict: "pass", errorRate: 0 });
});
