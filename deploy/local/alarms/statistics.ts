// CloudWatch's statistics over the values of one period.
import { percentile } from "../../../src/release/percentile";

/**
 * A statistic of the values that a metric had in one period; null where there is none. SampleCount is missing too, not 0: a period
 * without data has no datapoint.
 * @param name - Sum, SampleCount, Average, Minimum, Maximum, or a percentile such as p95 or p99.9.
 * @throws RangeError for another one.
 */
export function statistic(name: string, values: readonly number[]): number | null {
  const compute = SIMPLE[name] ?? percentileOf(name);
  return values.length === 0 ? null : compute(values);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const SIMPLE: Readonly<Record<string, (values: readonly number[]) => number | null>> = {
  Sum: sum,
  SampleCount: (values) => values.length,
  Average: (values) => sum(values) / values.length,
  Minimum: (values) => values.reduce((least, value) => Math.min(least, value)),
  Maximum: (values) => values.reduce((most, value) => Math.max(most, value)),
};

function percentileOf(name: string): (values: readonly number[]) => number | null {
  const percent = Number(/^p(\d{1,2}(?:\.\d+)?)$/.exec(name)?.[1]);
  if (Number.isNaN(percent)) throw new RangeError(`the statistic ${name} of CloudWatch is not known here`);
  return (values) => percentile(values, percent);
}
