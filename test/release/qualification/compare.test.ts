// How the two versions are asked: alternately, a few at a time, each row in every pass, until something ends it.
import fc from "fast-check";
import {
  CONCURRENCY,
  compare,
  DEAD_AFTER,
  type Role,
  WARM_UP_REQUESTS,
} from "../../../src/release/qualification/compare";
import type { GoldenRow } from "../../../src/release/qualification/golden";

type Ask = Parameters<typeof compare>[0]["ask"];

const ANSWER = { sentiment: "positive", failure: undefined, metrics: undefined } as const;
const FAILURE = { sentiment: undefined, failure: "503 model_unavailable", metrics: undefined };
const PASSES = 2;
const WARM_UP = CONCURRENCY * WARM_UP_REQUESTS;

const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, index): GoldenRow => ({ text: `row ${index}`, label: "positive" }));

function run(
  ask: Ask,
  { rows = 30, deadline = new AbortController().signal, roles = ["canary", "stable"] }: Partial<Setup> = {},
) {
  return compare({ ask, roles, rows: rowsOf(rows), passes: PASSES, runId: "d-1", deadline, warmUpMs: 0 });
}

interface Setup {
  readonly rows: number;
  readonly deadline: AbortSignal;
  readonly roles: readonly Role[];
}

/** An ask that says when it was called, after the warm-up. */
function recorded(answer: Ask = () => Promise.resolve(ANSWER)) {
  const asked: { role: Role; row: string }[] = [];
  const ask: Ask = (role, text, sub) => {
    if (text.startsWith("row")) asked.push({ role, row: text.trimEnd() });
    return answer(role, text, sub);
  };
  return { asked, ask };
}

describe("compare", () => {
  it("asks each side every row once a pass, one side first in one pass and the other in the next", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 40 }), async (rows) => {
        const { asked, ask } = recorded();
        const { samples, stopped } = await run(ask, { rows });
        expect(stopped).toBeUndefined();
        for (const { text } of rowsOf(rows)) {
          const roles = asked.filter(({ row }) => row === text).map(({ role }) => role);
          expect(roles).toHaveLength(2 * PASSES);
          expect(roles.slice(0, 2).toSorted()).toEqual(["canary", "stable"]);
          expect(roles[2]).not.toBe(roles[0]);
        }
        expect(samples.canary).toHaveLength(rows * PASSES);
        expect(samples.stable).toHaveLength(rows * PASSES);
      }),
      { numRuns: 20 },
    );
  });

  it("alternates the sides through the whole run", async () => {
    const { asked, ask } = recorded();
    await run(ask);
    for (let end = 0; end < asked.length; end += 1) {
      const sides = asked.slice(0, end).map(({ role }) => (role === "canary" ? 1 : -1));
      expect(Math.abs(sides.reduce<number>((sum, side) => sum + side, 0))).toBeLessThanOrEqual(CONCURRENCY);
    }
  });

  it("has no more requests in flight than it warmed sandboxes for", async () => {
    let inFlight = 0;
    const most = { warmUp: 0, compared: 0 };
    await run(async (_role, text) => {
      inFlight += 1;
      const phase = text.startsWith("row") ? "compared" : "warmUp";
      most[phase] = Math.max(most[phase], inFlight);
      await new Promise(setImmediate);
      inFlight -= 1;
      return ANSWER;
    });
    expect(most).toEqual({ warmUp: 2 * CONCURRENCY, compared: CONCURRENCY });
  });

  it("does not compare what fails while an endpoint starts", async () => {
    let asked = 0;
    const { samples } = await compare({
      ask: () => {
        asked += 1;
        return Promise.resolve(asked <= CONCURRENCY ? FAILURE : ANSWER);
      },
      roles: ["canary"],
      rows: rowsOf(30),
      passes: PASSES,
      runId: "d-1",
      deadline: new AbortController().signal,
    });
    expect(asked).toBe(CONCURRENCY + WARM_UP + samples.canary.length);
    expect(samples.canary.filter(({ answer }) => answer.failure !== undefined)).toEqual([]);
  });

  it.each<Role>(["canary", "stable"])("stops when the %s has failed everything so far", async (dead) => {
    const { samples, stopped } = await run((role) => Promise.resolve(role === dead ? FAILURE : ANSWER), { rows: 300 });
    expect(stopped).toBe("dead");
    expect(samples[dead].length).toBeGreaterThanOrEqual(DEAD_AFTER);
    expect(samples[dead].length).toBeLessThan(DEAD_AFTER + CONCURRENCY);
  });

  it("does not take one that answers now and then for dead", async () => {
    let asked = 0;
    const rarely: Ask = () => Promise.resolve(asked++ % 15 === 0 ? ANSWER : FAILURE);
    await expect(run(rarely)).resolves.toMatchObject({ stopped: undefined });
  });

  it("keeps what was answered when the deadline interrupts it, even where a request hangs", async () => {
    const controller = new AbortController();
    const { asked, ask } = recorded(async () => {
      if (asked.length < 50) return ANSWER;
      if (asked.length === 53) setImmediate(() => controller.abort());
      return new Promise((_, reject) => {
        controller.signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
      });
    });
    const { samples, stopped } = await run(ask, { deadline: controller.signal });
    expect(stopped).toBe("deadline");
    expect(samples.canary.length + samples.stable.length).toBe(49);
  });

  it("asks nothing when no time is left", async () => {
    const { asked, ask } = recorded();
    const { samples, stopped } = await run(ask, { deadline: AbortSignal.abort() });
    expect({ asked, ...samples, stopped }).toEqual({ asked: [], canary: [], stable: [], stopped: "deadline" });
  });

  it("passes on why a version cannot be asked, and asks no more", async () => {
    const { asked, ask } = recorded(() =>
      asked.length < 30 ? Promise.resolve(ANSWER) : Promise.reject(new Error("denied")),
    );
    await expect(run(ask)).rejects.toThrow("denied");
    await new Promise(setImmediate);
    expect(asked.length).toBeLessThan(30 + CONCURRENCY);
  });
});
