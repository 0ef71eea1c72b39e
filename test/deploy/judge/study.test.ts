import { minuteOf, observe, SCENARIOS, shareInterval } from "../../../deploy/judge/characteristics";
import { normalQuantile, seededRandom } from "../../../deploy/judge/random";
import { plan, run, USUAL } from "../../../deploy/judge/study";
import { tables, targets } from "../../../deploy/judge/tables";
import { simulateRelease } from "../../../deploy/judge/traffic";
import { otherWatches, ruleAlarms } from "../../../deploy/judge/watches";

const atOnce = () => undefined;
const cell = { service: USUAL, releases: 40, seed: 7 };
const seen = (scenario: keyof typeof SCENARIOS) =>
  observe({ ...cell, scenario: SCENARIOS[scenario] }, 3, [ruleAlarms("rule"), ...otherWatches(USUAL)], atOnce);

describe("random numbers", () => {
  const random = seededRandom(1);
  const mean = (draw: () => number) => Array.from({ length: 20_000 }, draw).reduce((a, b) => a + b) / 20_000;

  it("have the moments of their distributions", () => {
    expect(mean(() => random.uniform())).toBeCloseTo(0.5, 1);
    expect(mean(() => random.normal() ** 2)).toBeCloseTo(1, 1);
    expect(mean(() => random.poisson(75)) / 75).toBeCloseTo(1, 2);
    expect(mean(() => random.binomial(200, 0.05)) / 10).toBeCloseTo(1, 1);
    expect([random.binomial(9, 0), random.binomial(9, 1), random.poisson(0)]).toEqual([0, 9, 0]);
  });

  it("are the same for the same seed only", () => {
    const draws = (seed: number) => [seededRandom(seed)].flatMap(({ uniform }) => [uniform(), uniform(), uniform()]);
    expect(draws(3)).toEqual(draws(3));
    expect(draws(3)).not.toEqual(draws(4));
    expect(draws(3)).not.toEqual(draws(3 + 2 ** 32));
  });

  it("knows the normal quantiles", () => {
    expect([0.001, 0.05, 0.5, 0.95].map((share) => Number(normalQuantile(share).toFixed(6)))).toEqual([
      -3.090232, -1.644854, 0, 1.644854,
    ]);
  });
});

it.each([0.5, 5, 30])("sees the p95 of log-normal latencies at %d requests/s", (requestsPerSecond) => {
  const service = { ...USUAL, requestsPerSecond };
  const p95s = Array.from({ length: 100 }, (_, seed) => {
    const release = simulateRelease(service, SCENARIOS.slow, seededRandom(seed));
    return [release.stable(0, 10).latency.p95 ?? 0, release.canary(15, 15).latency.p95 ?? 0];
  });
  const meanLog = (at: number) => p95s.reduce((sum, pair) => sum + Math.log(pair[at] ?? 0), 0) / p95s.length;
  expect(meanLog(0)).toBeCloseTo(Math.log(100) + 0.4 * 1.6449, 1);
  expect(meanLog(1)).toBeCloseTo(Math.log(150) + 0.4 * 1.6449, 1);
});

it("gives no p95 where too little of the latencies' tail was kept to hold it", () => {
  const random = { ...seededRandom(1), binomial: () => 0 };
  const release = simulateRelease({ ...USUAL, requestsPerSecond: 30 }, SCENARIOS.harmless, random);
  expect(() => release.stable(0, 1)).toThrow("p95");
});

describe("simulated releases", () => {
  it("are stopped by hook and alarms when slow or failing, by the hook when wrong, and let pass when harmless", async () => {
    const [harmless, slowDay, slow, errors, wrong] = await Promise.all([
      seen("harmless"),
      seen("slowDay"),
      seen("slow"),
      seen("errors"),
      seen("wrong"),
    ]);
    for (const fine of [harmless, slowDay]) expect(fine.watches[0]?.afterHook.stopped).toBeLessThanOrEqual(2);
    for (const { hook, watches } of [slow, errors]) {
      expect(hook.stopped).toBeGreaterThan(35);
      expect(watches[0]?.alone.stopped).toBeGreaterThan(35);
      expect(minuteOf(watches[0]?.alone ?? hook, 0.5)).toBeGreaterThan(0);
    }
    expect(wrong.hook.stopped).toBeGreaterThan(35);
    expect(wrong.watches[0]?.alone.stopped).toBeLessThanOrEqual(2);
    expect(slowDay.watches.find(({ name }) => name.includes("usual p95"))?.alone.stopped).toBeGreaterThan(35);
  });

  it("are the same for the same seed", async () => {
    expect(await seen("slow")).toEqual(await seen("slow"));
  });

  it("end when the pause throws", async () => {
    const interrupted = () => Promise.reject(new Error("interrupted"));
    await expect(observe({ ...cell, scenario: SCENARIOS.harmless }, 1, [], interrupted)).rejects.toThrow("interrupted");
  });
});

it("gives Wilson's interval, and the minute by which a share was stopped", () => {
  const tally = { releases: 100, stopped: 10, byMinute: [0, 5, 4, 1] };
  expect(shareInterval(tally).map((value) => value.toFixed(3))).toEqual(["0.055", "0.174"]); // Newcombe 1998
  expect([minuteOf(tally, 0.5), minuteOf(tally, 0.9), minuteOf(tally, 0.95)]).toEqual([1, 2, 3]);
  expect(minuteOf({ ...tally, stopped: 0 }, 0.5)).toBeNull();
});

it("puts every cell into the tables, and says which targets are met", async () => {
  const parts = plan(2, 1);
  let steps = 0;
  const report = tables(
    await run(parts, () => {
      steps += 1;
      return undefined;
    }),
  );
  expect(steps).toBe(2 * parts.length);
  expect(report.match(/^- (met|\*\*missed\*\*): /gm)).toHaveLength(12);
  expect(report).toContain("| 600/100 |");
  expect(report).not.toMatch(/NaN|undefined/);
}, 60_000);

describe("results of a study that was cut short", () => {
  const tally = (stopped: number) => ({ releases: 100, stopped, byMinute: [0, stopped] });
  const result = (scenario: keyof typeof SCENARIOS, stopped: number) => ({
    ...cell,
    table: "main" as const,
    passes: 3,
    scenario: SCENARIOS[scenario],
    observed: { hook: tally(stopped), watches: [{ name: "rule", alone: tally(stopped), afterHook: tally(stopped) }] },
  });

  it("say which targets are missed", () => {
    const results = [result("harmless", 2), result("slow", 98), result("errors", 99)];
    expect(targets(results).map(({ met }) => met)).toEqual([false, false, true]);
    expect(tables(results)).toContain("- **missed**: harmless at 5 requests/s: 2 % (0.55 % to 7 %) rolled back");
  });

  it("leave blank what was not simulated", () => {
    const unwatched = { ...result("slow", 98), observed: { hook: tally(98), watches: [] } };
    const report = tables([result("harmless", 1), unwatched]);
    expect(report).toContain("| rule, alone | 1 % (1, 1) |  |");
    expect(report).toContain("| 5 | 1 % (1, 1) |  |  |");
  });
});
