// `npm run rehearse` as a user runs it: every scenario on a local target of its own.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Result } from "../../../deploy/local/rehearsal/result";
import { SCENARIO_NAMES } from "../../../deploy/local/rehearsal/scenarios";
import { rehearse, stateFolder } from "../rehearse";

const MINUTES = 60_000;

// The rule itself rolls back up to one good release in a hundred (docs/canary-judge.md), more where a machine stutters.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

const folder = stateFolder();

it(
  "promotes the good release, rolls back the others, and loses no user's request by it",
  async () => {
    const report = path.join(folder(), "below", "report.html");
    const run = rehearse(folder(), "--json", "--report", report);
    const code = await run.exited;
    const results: Result[] = JSON.parse(run.printed.out); // nothing but JSON on stdout
    const told = JSON.stringify(results, null, 2);
    expect(results.map(({ scenario, outcome }) => [scenario, outcome])).toEqual([
      ["good", "promoted"],
      ["slow", "rolled back"],
      ["errors", "rolled back"],
      ["worse", "rolled back"],
      ["quiet", "rolled back"],
    ]);
    expect({ code, told }).toEqual({ code: 0, told }); // told: shown when it is another code
    const of = (name: string) => results.find(({ scenario }) => scenario === name);
    for (const name of SCENARIO_NAMES) expect(of(name)).toMatchObject({ user_requests_lost: 0 });
    for (const name of ["good", "slow", "worse", "quiet"]) expect(of(name)).toMatchObject({ user_requests_failed: 0 });
    expect(of("errors")?.user_requests_failed).toBeGreaterThan(0);
    // The alarms found what began after the hook; the hook found what was there before any traffic.
    expect(of("slow")).toMatchObject({
      reason: expect.stringContaining("alarm: p95"),
      qualification: { verdict: "pass" },
    });
    expect(of("slow")?.p95_ratio).toBeGreaterThan(1.3);
    expect(of("errors")).toMatchObject({
      reason: expect.stringContaining("alarm:"), // on a busy machine that of the latency may be first
      qualification: { verdict: "pass" },
    });
    expect(of("errors")?.canary_error_rate).toBeGreaterThan(0.02);
    expect(of("worse")).toMatchObject({ qualification: { verdict: "fail" }, canary_requests: 0 });
    expect(of("worse")?.qualification?.accuracyDifference).toBeLessThan(0);
    expect(of("quiet")).toMatchObject({ qualification: { verdict: "fail" }, canary_requests: 0 });
    expect(of("quiet")?.qualification?.p95Ratio).toBeGreaterThan(1.3);
    // Each was a version of its own, on what the one before had left.
    expect(new Set(results.map(({ canary_version: version }) => version)).size).toBe(results.length);
    expect(of("slow")?.stable_version).toBe(of("good")?.canary_version);
    expect(of("quiet")?.stable_version).toBe(of("good")?.canary_version);
    expect(readFileSync(report, "utf8")).toContain("Rehearsed releases");
    expect(readdirSync(path.join(folder(), "rehearsal")).sort()).toEqual(["logs"]);
  },
  25 * MINUTES,
);
