// The noise of a difference of two shares measured on the same rows: Tango's score interval for paired data.

/** Rows on which exactly one side is right, among `rows`. */
export interface Discordance {
  readonly rows: number;
  /** Rows that only the first side gets right. */
  readonly gained: number;
  /** Rows that only the second side gets right. */
  readonly lost: number;
}

const STEPS = 60; // of bisection: beyond a double's precision

/**
 * Interval of (first side's share right) - (second side's): the differences that a score test does not reject.
 * It leaves out 0 exactly when McNemar's test rejects equality at the same level.
 *
 * Source: T. Tango, "Equivalence test and confidence interval for the difference in proportions for the paired-sample
 * design", Statistics in Medicine 17 (1998) 891-908; recommended by Fagerland, Lydersen and Laake, Statistics in Medicine
 * 33 (2014) 2850-2875, for it keeps its level in small samples.
 * @param z - Standard normal quantile: 1.96 for 95 % two-sided.
 */
export function pairedDifferenceInterval(counts: Discordance, z: number): readonly [low: number, high: number] {
  const estimate = (counts.gained - counts.lost) / counts.rows;
  return [bisect(-1, estimate, (d) => score(counts, d) > z), bisect(estimate, 1, (d) => score(counts, d) >= -z)];
}

/** Where `isBelow` turns from true to false between `low` and `high`. */
function bisect(low: number, high: number, isBelow: (difference: number) => boolean): number {
  let [from, to] = [low, high];
  for (let step = 0; step < STEPS; step += 1) {
    const middle = (from + to) / 2;
    if (isBelow(middle)) from = middle;
    else to = middle;
  }
  return (from + to) / 2;
}

/** Tango's statistic: standard errors between the observed difference and `difference`, falling in the latter. */
function score({ rows, gained, lost }: Discordance, difference: number): number {
  const distance = gained - lost - rows * difference;
  const a = 2 * rows;
  const b = -gained - lost + (2 * rows - gained + lost) * difference;
  const c = -lost * difference * (1 - difference);
  const lostShare = (Math.sqrt(Math.max(b * b - 4 * a * c, 0)) - b) / (2 * a); // most likely, given the difference
  const variance = rows * (2 * lostShare + difference * (1 - difference));
  return variance > 0 ? distance / Math.sqrt(variance) : Math.sign(distance) * Number.POSITIVE_INFINITY || 0;
}
