import fc from "fast-check";
import { pairedDifferenceInterval } from "../../src/release/paired-difference";

const Z95 = 1.959964;

it.each([
  // Fagerland, Lydersen and Laake 2014, airway hyper-responsiveness of 21 children before and after a transplantation
  [{ rows: 21, gained: 1, lost: 7 }, -0.517, -0.026],
])("gives the published interval of %j", (counts, low, high) => {
  const [from, to] = pairedDifferenceInterval(counts, Z95);
  expect(from).toBeCloseTo(low, 3);
  expect(to).toBeCloseTo(high, 3);
});

const tables = fc
  .record({ rows: fc.integer({ min: 1, max: 400 }), a: fc.nat(400), b: fc.nat(400) })
  .map(({ rows, a, b }) => ({ rows, gained: a % (rows + 1), lost: b % (rows - (a % (rows + 1)) + 1) }));

it("holds the observed difference, within [-1, 1], and mirrors when the sides are swapped", () => {
  fc.assert(
    fc.property(tables, ({ rows, gained, lost }) => {
      const [low, high] = pairedDifferenceInterval({ rows, gained, lost }, Z95);
      const [mirroredLow, mirroredHigh] = pairedDifferenceInterval({ rows, gained: lost, lost: gained }, Z95);
      expect(low).toBeLessThanOrEqual((gained - lost) / rows + 1e-9);
      expect(high).toBeGreaterThanOrEqual((gained - lost) / rows - 1e-9);
      expect(low).toBeGreaterThanOrEqual(-1);
      expect(high).toBeLessThanOrEqual(1);
      expect(mirroredLow).toBeCloseTo(-high, 6);
      expect(mirroredHigh).toBeCloseTo(-low, 6);
    }),
  );
});

it("leaves out 0 exactly when McNemar's test rejects equality", () => {
  fc.assert(
    fc.property(tables, ({ rows, gained, lost }) => {
      fc.pre(gained + lost > 0);
      const statistic = (lost - gained) / Math.sqrt(gained + lost);
      fc.pre(Math.abs(statistic - Z95) > 1e-9);
      expect(pairedDifferenceInterval({ rows, gained, lost }, Z95)[1] < 0).toBe(statistic > Z95);
    }),
  );
});
