import fc from "fast-check";
import { type ArrivalStore, ContentionError, type RateLimit, takeToken, USER_LIMIT } from "../../src/rate-limit/gcra";
import { memoryStore } from "./memory-store";

const limits = fc.record({ intervalMs: fc.integer({ min: 1, max: 60_000 }), burst: fc.integer({ min: 1, max: 40 }) });
/** Gaps between requests in ms: mostly bursts, with pauses long enough to refill. */
const gaps = fc.array(
  fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 90_000 })),
  {
    maxLength: 120,
  },
);

interface Judged {
  readonly at: number;
  readonly allowed: boolean;
}

async function replay(limit: RateLimit, gapsMs: readonly number[]): Promise<Judged[]> {
  const store = memoryStore();
  const judged: Judged[] = [];
  let at = 1_000_000;
  for (const gap of gapsMs) {
    at += gap;
    const { allowed } = await takeToken(store, limit, "user", at);
    judged.push({ at, allowed });
  }
  return judged;
}

/** Whether one more request at `at` stays within burst + rate x time over every window that ends there. */
function fits(limit: RateLimit, admitted: readonly number[], at: number): boolean {
  return admitted.every((start, index) => admitted.length - index + 1 <= limit.burst + (at - start) / limit.intervalMs);
}

function violations(limit: RateLimit, judged: readonly Judged[]): Judged[] {
  const admitted: number[] = [];
  return judged.filter(({ at, allowed }) => {
    const fitting = fits(limit, admitted, at);
    if (allowed) admitted.push(at);
    return allowed !== fitting;
  });
}

describe("takeToken", () => {
  it("lets exactly the requests through that fit burst + rate, whatever the schedule", async () => {
    await fc.assert(
      fc.asyncProperty(limits, gaps, async (limit, gapsMs) => {
        expect(violations(limit, await replay(limit, gapsMs))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("holds for the product's own quota of 200 + 100 a minute", async () => {
    const schedule = [
      ...Array<number>(250).fill(0),
      ...Array<number>(150).fill(450),
      120_000,
      ...Array<number>(210).fill(0),
    ];
    const judged = await replay(USER_LIMIT, schedule);
    expect(violations(USER_LIMIT, judged)).toEqual([]);
    expect(judged.slice(0, 250).filter(({ allowed }) => allowed)).toHaveLength(200);
  });

  it("is exact when requests interleave in any order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 30 }),
        async (scheduler, burst, requests) => {
          const store = memoryStore(async (write) => {
            await scheduler.schedule(Promise.resolve());
            return write();
          });
          const calls = Array.from({ length: requests }, () =>
            takeToken(store, { intervalMs: 1_000, burst }, "user", 5_000),
          );
          const decisions = await scheduler.waitFor(Promise.all(calls));
          expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(Math.min(burst, requests));
        },
      ),
      { numRuns: 100 },
    );
  });

  it("keeps users apart", async () => {
    const store = memoryStore();
    const limit = { intervalMs: 1_000, burst: 1 };
    expect((await takeToken(store, limit, "a", 0)).allowed).toBe(true);
    expect((await takeToken(store, limit, "a", 0)).allowed).toBe(false);
    expect((await takeToken(store, limit, "b", 0)).allowed).toBe(true);
  });

  it("charges a higher price for dearer requests", async () => {
    const store = memoryStore();
    const limit = { intervalMs: 1_000, burst: 10 };
    const decisions = [];
    for (let index = 0; index < 4; index += 1) decisions.push(await takeToken(store, limit, "user", 0, 3));
    expect(decisions.map(({ allowed }) => allowed)).toEqual([true, true, true, false]);
    expect(decisions.map(({ remaining }) => remaining)).toEqual([7, 4, 1, 1]);
  });

  it("says when to come back, and is right about it", async () => {
    const store = memoryStore();
    const limit = { intervalMs: 1_000, burst: 2 };
    await takeToken(store, limit, "user", 0);
    await takeToken(store, limit, "user", 0);
    const refused = await takeToken(store, limit, "user", 0);
    expect(refused).toEqual({ allowed: false, remaining: 0, resetSeconds: 2, retryAfterSeconds: 1 });
    expect((await takeToken(store, limit, "user", refused.retryAfterSeconds * 1000)).allowed).toBe(true);
  });

  it("starts over when the item expires between its two writes", async () => {
    const store = memoryStore();
    store.items.set("user", 1_500);
    const expiring: ArrivalStore = {
      startFrom: (...args) => store.startFrom(...args),
      advance: (...args) => {
        store.items.delete("user");
        return store.advance(...args);
      },
    };
    expect((await takeToken(expiring, { intervalMs: 1_000, burst: 2 }, "user", 1_000)).allowed).toBe(true);
  });

  it("gives up rather than guess when the store keeps contradicting itself", async () => {
    const refuse = () => Promise.resolve({ applied: false, tat: undefined } as const);
    const call = takeToken({ startFrom: refuse, advance: refuse }, USER_LIMIT, "user", 0);
    await expect(call).rejects.toThrow(ContentionError);
  });
});
