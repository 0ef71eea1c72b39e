import fc from "fast-check";
import { type Answers, judge, type Side } from "../../src/release/judge";
import { RULE } from "../../src/release/rule";

const side = (given: Partial<Side> = {}): Side => ({
  requests: 200,
  faults: 0,
  latenciesMs: Array.from({ length: 150 }, (_, index) => 50 + index),
  ...given,
});
const scaled = (factor: number): Side => side({ latenciesMs: side().latenciesMs.map((value) => value * factor) });
/** 300 rows of which the canary newly gets `gained` right and `lost` wrong. */
const answers = (gained: number, lost: number): Answers => ({
  canary: Array.from({ length: 300 }, (_, row) => row < gained || row >= gained + lost),
  stable: Array.from({ length: 300 }, (_, row) => row >= gained),
  changed: gained + lost,
});
const finding = (judgement: ReturnType<typeof judge>, criterion: string) =>
  judgement.findings.find((one) => one.criterion === criterion);

describe("a release", () => {
  it("passes when it does as the stable version does, and says so", () => {
    const judgement = judge(side(), side(), answers(10, 12));
    expect(judgement).toMatchObject({ verdict: "pass", changedAnswers: 22 / 300 });
    expect(judgement.findings.map(({ criterion, verdict }) => [criterion, verdict])).toEqual([
      ["errors", "pass"],
      ["latency", "pass"],
      ["accuracy", "pass"],
    ]);
    expect(finding(judgement, "latency")?.value).toBe(1);
  });

  it("fails above each limit, and passes at it", () => {
    const latenciesMs = Array.from({ length: 100 }, () => 100);
    const at = (requests: number, faults: number, ms: number) =>
      judge(side({ requests, faults, latenciesMs: latenciesMs.map(() => ms) }), side({ latenciesMs })).verdict;
    expect(at(250, 5, 130)).toBe("pass");
    expect(at(250, 6, 130)).toBe("fail");
    expect(at(250, 5, 130.001)).toBe("fail");
    expect(at(140, 4, 130)).toBe("inconclusive"); // 2.9 %, of so few that it may be chance
  });

  it("fails where it is less accurate beyond noise only", () => {
    expect(judge(side(), side(), answers(0, 7)).verdict).toBe("pass");
    const worse = judge(side(), side(), answers(0, 8));
    expect(worse.verdict).toBe("fail");
    expect(finding(worse, "accuracy")).toMatchObject({ value: -8 / 300, limit: 0 });
    expect(finding(worse, "accuracy")?.reason).toContain("2.7 points less accurate");
    expect(judge(side(), side(), answers(20, 30)).verdict).toBe("pass");
    expect(judge(side(), side(), answers(15, 60)).verdict).toBe("fail");
  });

  it("is judged by its worst finding", () => {
    expect(judge(side({ faults: 5 }), side(), answers(0, 0)).verdict).toBe("fail");
    expect(judge(side({ requests: 99, faults: 9, latenciesMs: [] }), side(), answers(0, 50)).verdict).toBe("fail");
    expect(judge(scaled(2), side({ requests: 150, faults: 0 })).verdict).toBe("fail");
  });
});

describe("what cannot be decided", () => {
  it.each([
    ["no samples at all", { requests: 0, faults: 0, latenciesMs: [] }],
    ["one request too few", { requests: 99, latenciesMs: side().latenciesMs.slice(0, 99) }],
    ["one latency too few", { latenciesMs: side().latenciesMs.slice(0, 99) }],
    ["no latencies", { latenciesMs: [] }],
  ])("is inconclusive, not a pass: %s", (_, given) => {
    expect(judge(side(given), side()).verdict).toBe("inconclusive");
    expect(judge(side(), side(given)).verdict).toBe("inconclusive");
  });

  it("is inconclusive where the stable version itself fails, and says so", () => {
    const judgement = judge(side(), side({ faults: 5 }));
    expect(judgement.verdict).toBe("inconclusive");
    expect(finding(judgement, "errors")?.reason).toContain("stable version itself fails 2.5 %");
  });

  it("is a fail all the same where the canary fails as well", () => {
    expect(judge(side({ faults: 5 }), side({ faults: 5 })).verdict).toBe("fail");
  });

  it("is inconclusive with too few golden rows, or a stable p95 of nothing", () => {
    expect(judge(side(), side(), { canary: [true], stable: [true], changed: 0 }).verdict).toBe("inconclusive");
    expect(judge(side(), side({ latenciesMs: side().latenciesMs.map(() => 0) })).verdict).toBe("inconclusive");
  });
});

describe("what no measurement can be", () => {
  it.each<[string, Partial<Side>]>([
    ["canary.requests is NaN", { requests: Number.NaN }],
    ["canary.faults is -1", { faults: -1 }],
    ["canary.faults is 0.5", { faults: 0.5 }],
    ["canary.latenciesMs has NaN", { latenciesMs: [...side().latenciesMs, Number.NaN] }],
    ["canary.latenciesMs has Infinity", { latenciesMs: [Number.POSITIVE_INFINITY] }],
    ["canary.latenciesMs has -3", { latenciesMs: [-3] }],
    ["canary has 60 faults and 150 latencies in 200 requests", { faults: 60 }],
  ])("is refused: %s", (message, given) => {
    expect(() => judge(side(given), side())).toThrow(new RegExp(message));
    expect(() => judge(side(), side(given))).toThrow(new RegExp(message.replace("canary", "stable")));
  });

  it("is refused: answers that do not pair, or more changes than rows", () => {
    const pairs = answers(1, 1);
    expect(() => judge(side(), side(), { ...pairs, stable: [true] })).toThrow("300 rows of the canary, 1 of");
    expect(() => judge(side(), side(), { ...pairs, changed: 301 })).toThrow("301 of 300 rows");
    expect(() => judge(side(), side(), { ...pairs, changed: Number.NaN })).toThrow("answers.changed is NaN");
  });
});

it("never turns better when the canary fails more, or gets slower", () => {
  const order = ["pass", "inconclusive", "fail"];
  const worseOrSame = (better: Side, worse: Side) => {
    const [a, b] = [judge(better, side()).verdict, judge(worse, side()).verdict];
    expect(order.indexOf(b)).toBeGreaterThanOrEqual(order.indexOf(a));
  };
  const share = fc.integer({ min: 0, max: 25 });
  fc.assert(
    fc.property(share, share, (a, b) =>
      worseOrSame(side({ faults: Math.min(a, b) }), side({ faults: Math.max(a, b) })),
    ),
  );
  const factor = fc.double({ min: 0.5, max: 2, noNaN: true });
  fc.assert(fc.property(factor, factor, (a, b) => worseOrSame(scaled(Math.min(a, b)), scaled(Math.max(a, b)))));
});

it("asks of accuracy what a harmless release breaks less than four times in a thousand", () => {
  const chance = (changed: number) =>
    Array.from({ length: changed + 1 }, (_, gained) => gained)
      .filter((gained) => judge(side(), side(), answers(gained, changed - gained)).verdict === "fail")
      .reduce((total, gained) => total + Math.exp(logChoose(changed, gained) - changed * Math.LN2), 0);
  for (const changed of [1, 5, 10, 20, 60, 100, 300]) expect(chance(changed)).toBeLessThan(0.004);
  expect(RULE.minAnswers).toBeLessThan(300);
});

function logChoose(n: number, k: number): number {
  const logFactorial = (of: number) =>
    Array.from({ length: of }, (_, at) => Math.log(at + 1)).reduce((a, b) => a + b, 0);
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}
