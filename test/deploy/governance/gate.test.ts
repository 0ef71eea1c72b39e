import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { judge } from "../../../deploy/governance/gate";
import { verdictText } from "../../../deploy/governance/verdict";
import type { ReportSummary } from "../../../src/governance/summary";
import { summaryOf, WORSE } from "./summaries";

let out: string;
let said: string[];
beforeEach(() => {
  out = mkdtempSync(path.join(tmpdir(), "serin-gate-"));
  said = [];
  jest.spyOn(console, "error").mockImplementation((text: unknown) => void said.push(String(text)));
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(out, { recursive: true });
});

describe("the gate", () => {
  it("refuses a model that is worse with 3, and names what got worse, and where to read on", () => {
    expect(judge({ summary: summaryOf("worse", [WORSE]), out }, undefined)).toBe(3);
    expect(said.join("\n").split("\n")).toEqual([
      "Model new treats groups of people worse than old, so it does not pass:",
      "  gender woman: Recall difference (RD) 0.010 -> 0.090, compared with the model before",
      'Train another one, or say why this one is wanted: --allow-worse "REASON".',
      expect.stringMatching(/^Report: .*report\.html$/),
    ]);
  });

  it("says how many more there are than the summary names", () => {
    const summary = { ...summaryOf("worse", [WORSE]), tally: { ok: 1, worse: 31, insufficientData: 0 } };
    judge({ summary, out }, undefined);
    expect(said[0]).toContain("  and 30 more, in the report");
  });

  it("lets it pass for a reason, which it keeps beside the report", () => {
    expect(judge({ summary: summaryOf("worse", [WORSE]), out }, " the old one is withdrawn ")).toBe(0);
    const kept: unknown = JSON.parse(readFileSync(path.join(out, "allowed-worse.json"), "utf8"));
    expect(kept).toEqual({ verdict: "worse", reason: "the old one is withdrawn", at: expect.stringMatching(/Z$/) });
    expect(said[0]).toContain("Allowed all the same: the old one is withdrawn");
  });

  it.each(["ok", "insufficient data"] as const)("lets a model pass that is %s, and keeps no reason", (verdict) => {
    expect(judge({ summary: summaryOf(verdict), out }, "the old one is withdrawn")).toBe(0);
    expect(readdirSync(out)).toEqual([]);
    expect(said[0]).not.toContain("Allowed");
  });
});

describe("the verdict in words", () => {
  const drift: ReportSummary["drift"] = { verdict: "drift", requests: 9, features: [] };

  it.each<[string, Partial<ReportSummary>]>([
    ["Model new treats no group worse than model old. Comparisons: 40 ok, 0 worse, 2 with too few rows to say.", {}],
    ["Whether model new treats groups worse than model old cannot be said", { verdict: "insufficient data" }],
    ["Model new was measured; there is no other model", { verdict: "insufficient data", baseline: null }],
    ["Model new treats no group worse than the weeks before.", { baseline: null }],
    ["2 with too few rows to say. The traffic has drifted from the training data.", { drift }],
  ])("%s", (expected, changed) => {
    expect(verdictText({ ...summaryOf("ok"), ...changed })).toContain(expected);
  });

  it.each<[string, Partial<typeof WORSE>]>([
    ["RD) 0.090, compared with the weeks before", { baselineValue: null, comparedWith: ["history"] }],
    [
      "RD) 0.010 -> unknown, compared with the model before and the weeks before",
      { value: null, comparedWith: ["baseline", "history"] },
    ],
  ])("what got worse: %s", (expected, changed) => {
    expect(verdictText(summaryOf("worse", [{ ...WORSE, ...changed }]))).toContain(expected);
  });
});
