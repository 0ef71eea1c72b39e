// What reports say in short, as summary.json has it.
import type { ReportSummary } from "../../../src/governance/summary";

type Worse = ReportSummary["worse"][number];

export const WORSE: Worse = {
  facet: "gender",
  group: "woman",
  metric: "RD",
  title: "Recall difference",
  value: 0.09,
  baselineValue: 0.01,
  comparedWith: ["baseline"],
};

export function summaryOf(verdict: ReportSummary["verdict"], worse: Worse[] = []): ReportSummary {
  return {
    version: "1",
    created: "2026-01-05T06:00:00Z",
    model: "new",
    baseline: "old",
    verdict,
    tally: { ok: 40, worse: worse.length, insufficientData: 2 },
    worse,
    importance: null,
    drift: null,
  };
}
