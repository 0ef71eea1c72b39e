// The cost of a stage, by hand.
import type { Inventory } from "../../../deploy/cost/inventory";
import { inventoryOf } from "../../../deploy/cost/inventory";
import { comprehendCost, privateNetworkCost, stageCost, total } from "../../../deploy/cost/stage-cost";
import type { Resource, Template } from "../../../deploy/packaged-service";

const inventory: Inventory = {
  alarmMetrics: 20,
  compositeAlarms: 2,
  objectives: 1,
  dashboards: 1,
  keys: 1,
  interfaceEndpointZones: 2,
  lambdaGb: 1,
  minInstances: 1,
  invocationsPerInstance: 6_000,
};

const usd = (part: string, requests: number, hosting: "serverless" | "realtime", more: Partial<Inventory> = {}) =>
  stageCost(requests, { ...inventory, ...more }, hosting).find((line) => line.part.startsWith(part))?.usd;

describe("endpoints", () => {
  it("cost nothing when they are serverless and idle, and by time and memory when they are called", () => {
    expect(usd("SageMaker", 0, "serverless")).toBe(0);
    expect(usd("SageMaker", 1e6, "serverless")).toBeCloseTo(1e6 * 30.4 * 0.02 * 2 * 0.00002);
  });

  it("cost two versions' least instances when nobody calls", () => {
    expect(usd("SageMaker", 0, "realtime")).toBeCloseTo(2 * 730 * 0.102);
    expect(usd("SageMaker", 0, "realtime", { minInstances: 3 })).toBeCloseTo(6 * 730 * 0.102);
  });

  it("grow with the traffic: the active one only", () => {
    const aDay = 6_000 * 1_440; // what one instance takes
    expect(usd("SageMaker", aDay, "realtime")).toBeCloseTo((1 + 1) * 730 * 0.102);
    expect(usd("SageMaker", aDay + 1, "realtime")).toBeCloseTo((2 + 1) * 730 * 0.102);
  });
});

it("needs a machine client for each 72,000 requests a day, with a token an hour each", () => {
  expect(usd("Cognito", 0, "serverless")).toBe(6);
  expect(usd("Cognito", 72_000, "serverless")).toBeCloseTo(6 + 24 * 30.4 * 0.00225);
  expect(usd("Cognito", 72_001, "serverless")).toBeCloseTo(2 * (6 + 24 * 30.4 * 0.00225));
});

it.each([
  ["Lambda", 30.4 * (0.2 + 0.04 * 13.3334)],
  ["HTTP API", 30.4],
  ["DynamoDB", 30.4 * 0.625],
  ["Logs", 30.4 * 2 * 0.53],
  ["Data", 30.4 * 0.8 * 0.09],
  ["Custom metrics", 10.8],
  ["Alarms", 2],
  ["Dashboard", 3],
  ["KMS", 1],
])("costs for a million requests a day: %s", (part, expected) => {
  expect(usd(part, 1e6, "serverless")).toBeCloseTo(expected, 3);
});

it("adds up what has a price, and shows what has none", () => {
  const lines = stageCost(0, inventory, "serverless");
  expect(lines.filter((line) => line.usd === null).map(({ part }) => part)).toEqual([
    "Governance job, weekly",
    "Composite alarms (2)",
    "Service level objectives (1)",
  ]);
  expect(total(lines)).toBeCloseTo(6 + 1.5 + 2 + 3 + 1 + 0.023);
});

it("sets Amazon Comprehend and a private network beside it", () => {
  expect(comprehendCost(1e6)).toBeCloseTo(30.4 * 300);
  expect(privateNetworkCost(inventory)).toBeCloseTo(2 * 730 * 0.01);
});

function templateOf(resources: Readonly<Record<string, Pick<Resource, "Type" | "Properties">>>): Template {
  return { Parameters: {}, Conditions: {}, Outputs: {}, Resources: resources };
}

describe("inventoryOf", () => {
  it("counts the metrics that alarms watch, two more for an anomaly band", () => {
    const band = { Id: "band", Expression: "ANOMALY_DETECTION_BAND(errors, 2)" };
    const metric = { MetricStat: {} };
    const template = templateOf({
      Simple: { Type: "AWS::CloudWatch::Alarm", Properties: { MetricName: "Faults" } },
      Ratio: { Type: "AWS::CloudWatch::Alarm", Properties: { Metrics: [metric, metric, { Expression: "a / b" }] } },
      Spike: { Type: "AWS::CloudWatch::Alarm", Properties: { Metrics: [metric, band] } },
    });
    expect(inventoryOf(template).alarmMetrics).toBe(1 + 2 + 3);
  });

  it("counts an interface endpoint in each zone, and no gateway endpoint", () => {
    const Type = "AWS::EC2::VPCEndpoint";
    const template = templateOf({
      Runtime: { Type, Properties: { VpcEndpointType: "Interface", SubnetIds: ["a", "b"] } },
      Table: { Type, Properties: { VpcEndpointType: "Gateway" } },
    });
    expect(inventoryOf(template).interfaceEndpointZones).toBe(2);
  });
});
