// CloudWatch's statistics over the values of one period.
import { percentile } from "../../../src/release/percentile";

/**
 * A statistic of the values that a metric had in one period; null where there is none. SampleCount is missing too, not 0: a period
 * without data has no datapoint.
 * @param name - Sum, SampleCount, Average, Minimum, Maximum, a percentile such as p95 or p99.9, or a percentile rank such as PR(:700):
 * the percentage of values that are at most 700 (PR(100:700): and above 100).
 * @throws RangeError for another one.
 */
export function statistic(name: string, values: readonly number[]): number | null {
  const compute = SIMPLE[name] ?? rankOf(name) ?? percentileOf(name);
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

function rankOf(name: string): ((values: readonly number[]) => number) | undefined {
  const bounds = /^PR\((\d*(?:\.\d+)?):(\d*(?:\.\d+)?)\)$/.exec(name);
  if (!bounds) return undefined;
  const [low, high] = [bounds[1] || "-Infinity", bounds[2] || "Infinity"].map(Number);
  const isWithin = (value: number) => value > Number(low) && value <= Number(high);
  return (values) => (100 * values.filter(isWithin).length) / values.length;
}

function percentileOf(name: string): (values: readonly number[]) => number | null {
  const percent = Number(/^p(\d{1,2}(?:\.\d+)?)$/.exec(name)?.[1]);
  if (Number.isNaN(percent)) throw new RangeError(`the statistic ${name} of CloudWatch is not known here`);
  return (values) => percentile(values, percent);
}
