// The cost table's arithmetic, by hand.
import { type Assumptions, comprehendUnits, cost } from "./cost";

const assumed: Assumptions = {
  requestsPerSecond: 100,
  requestMs: 10,
  comprehendUnits: 3,
  utilisation: 0.5,
  minimumInstances: 2,
  instanceHour: 0.1,
  serverlessGb: 2,
};

test("a low volume pays for the instances that availability asks for", () => {
  // 2 instances x 24 h x 0.1 USD for a tenth of a million
  expect(cost(100_000, assumed)).toMatchObject({ instances: 2, realTime: expect.closeTo(48) });
});

test("a high volume adds instances, each used as far as the utilisation allows", () => {
  // 100/s x 0.5 x 86,400 s = 4.32 million a day an instance
  expect(cost(8_640_000, assumed).instances).toBe(2);
  expect(cost(8_640_001, assumed).instances).toBe(3);
  expect(cost(10_000_000, assumed).realTime).toBeCloseTo(0.72); // 3 x 24 h x 0.1 USD for 10 million
});

test("serverless is paid by time and memory, whatever the volume", () => {
  const usd = 0.01 * 2 * 0.00002 * 1e6;
  expect(cost(100_000, assumed).serverless).toBeCloseTo(usd);
  expect(cost(10_000_000, assumed).serverless).toBeCloseTo(usd);
});

test("a million short texts cost 300 USD at Amazon Comprehend", () => {
  expect(cost(100_000, assumed).comprehend).toBeCloseTo(300);
});

test.each([
  ["", 3],
  ["x".repeat(300), 3],
  ["x".repeat(301), 4],
  ["😀".repeat(300), 3],
])("Comprehend bills at least three units, then one for each 100 characters begun", (text, units) => {
  expect(comprehendUnits(text)).toBe(units);
});
