import { compile, MetricMathError } from "../../../../deploy/local/alarms/metric-math";

const METRICS: Readonly<Record<string, number | null>> = { a: 6, b: 3, zero: 0, missing: null };
const value = (expression: string) => compile(expression)((id) => METRICS[id] ?? null);

it.each<[string, number | null]>([
  ["1 + 2 * 3", 7],
  ["(1 + 2) * 3", 9],
  ["8 - 4 - 2", 2],
  ["8 / 4 / 2", 1],
  ["a / b", 2],
  ["0.5 * a", 3],
  ["a >= 6", 1],
  ["a > 6", 0],
  ["a <= 5.9", 0],
  ["a < b", 0],
  ["a == 6 AND b != 3", 0],
  ["a == 6 && b == 3", 1],
  ["zero OR b", 1],
  ["zero || zero", 0],
  ["1 OR 0 AND 0", 1],
  ["a > 1 + 2", 1],
  ["IF(a > b, a, b)", 6],
  ["IF(zero, a, IF(b, 1, 2))", 1],
  ["IF(zero, missing, 4)", 4],
  ["FILL(missing, 0)", 0],
  ["FILL(missing / b, 2) * a", 12],
  ["FILL(a, 0)", 6],
])("%s is %p", (expression, expected) => expect(value(expression)).toBe(expected));

it.each(["missing + 1", "missing >= 100", "missing AND 1", "IF(missing, 1, 0)", "IF(a, missing, 0)", "a / zero"])(
  "%s is missing",
  (expression) => expect(value(expression)).toBeNull(),
);

it.each([
  ["FILL(a, REPEAT)", "REPEAT"],
  ["FILL(a, b)", "b"],
  ["IF(a > 1, MAX([a, b]), 0)", "MAX"],
  ["a ^ 2", "^"],
  ["-a", "-"],
  ["rate(a)", "("],
  ["Requests > 1", "Requests"],
  ["a b", "b"],
  ["(a", "its end"],
  ["IF(a, b)", ")"],
  ["a and b", "and"],
  ["", "its end"],
  ["1 +", "its end"],
])("refuses %s, naming what it does not know", (expression, named) => {
  expect(() => compile(expression)).toThrow(MetricMathError);
  expect(() => compile(expression)).toThrow(named);
});
