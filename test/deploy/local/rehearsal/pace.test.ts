import fc from "fast-check";
import { paceFor } from "../../../../deploy/local/rehearsal/pace";
import { RULE, WINDOW_SECONDS } from "../../../../src/release/rule";

/** Requests that a tenth of the traffic brings in one compressed window. */
function canarySamples({ requestsPerSecond, timeScale }: ReturnType<typeof paceFor>): number {
  return (requestsPerSecond * 0.1 * WINDOW_SECONDS) / timeScale;
}

it("always leaves the alarms the samples from which on they decide, with a margin for chance", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 10_000, noNaN: true }), (capacity) => {
      expect(canarySamples(paceFor(capacity, "rolled back"))).toBeGreaterThanOrEqual(RULE.minSamples * 1.3);
      expect(canarySamples(paceFor(capacity, "promoted"))).toBeGreaterThanOrEqual(RULE.minSamples);
    }),
  );
});

it("goes slower on a slower machine, and never uses all of it", () => {
  const [slow, fast] = [paceFor(40, "promoted"), paceFor(90, "promoted")];
  expect(slow.timeScale).toBeLessThan(fast.timeScale);
  expect(slow.requestsPerSecond).toBeLessThan(40);
  expect(fast.requestsPerSecond).toBeLessThan(90);
});

it("has bounds: users' limits above, something to measure below", () => {
  expect(paceFor(1_000_000, "promoted")).toEqual(paceFor(10_000, "promoted"));
  expect(paceFor(0, "promoted").requestsPerSecond).toBeGreaterThan(0);
});
