// A percentile of a sample, by nearest rank: a value that was really observed.

/**
 * The smallest value that at least `percent` % of the values do not exceed (Hyndman and Fan 1996, definition 1); null without values.
 * CloudWatch does not say how it interpolates; from 100 values on, that matters little beside the sample's noise.
 */
export function percentile(values: readonly number[], percent: number): number | null {
  const sorted = new Float64Array(values).sort();
  return sorted[percentileRank(sorted.length, percent)] ?? null;
}

/** Index of a percentile in `count` ascending values; -1 when there is none. */
export function percentileRank(count: number, percent: number): number {
  return Math.ceil((percent * count) / 100) - 1; // multiplied first, so that whole ranks are exact
}
