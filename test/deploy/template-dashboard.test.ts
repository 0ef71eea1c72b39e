// The dashboard that is deployed: CloudWatch accepts it, each of its metrics is published by somebody, and nothing overlaps.
import { type MetricWidget, readBody, type Widget } from "../../deploy/local/dashboard/body";
import { readSearch } from "../../deploy/local/dashboard/search";
import { metricsOf } from "../../deploy/local/metrics/emf";
import { type PackagedService, packageService, type Template } from "../../deploy/packaged-service";
import { publishMetrics } from "../../src/governance/publish/metrics";
import type { ReportSummary } from "../../src/governance/summary";
import { createTelemetry } from "../../src/telemetry/telemetry";
import { captureStdout } from "../capture-stdout";

const A = "aaaaaaaaaaaa";
const B = "bbbbbbbbbbbb";
const STAGE = "prod";

/** What AWS publishes, by namespace and dimensions. Each was looked up in the service's user guide. */
const OF_AWS: Readonly<Record<string, readonly string[]>> = {
  "AWS/ApiGateway ApiId,Stage": ["Count", "4xx", "5xx", "Latency", "IntegrationLatency"],
  "AWS/ApiGateway ApiId,Method,Resource,Stage": ["Count", "4xx", "5xx", "Latency", "IntegrationLatency"],
  "AWS/Lambda FunctionName": ["Invocations", "Errors", "Throttles", "Duration"],
  "AWS/SageMaker EndpointName,VariantName": [
    ...["Invocations", "Invocation4XXErrors", "Invocation5XXErrors", "InvocationsPerInstance"],
    ...["ModelLatency", "OverheadLatency", "ModelSetupTime", "ServerlessConcurrentExecutionsUtilization"],
  ],
  "/aws/sagemaker/Endpoints EndpointName,VariantName": ["CPUUtilization", "MemoryUtilization"],
  "AWS/DynamoDB TableName": ["WriteThrottleEvents", "ConsumedWriteCapacityUnits"],
  "AWS/Logs LogGroupName": ["IncomingBytes"],
};

let services: Readonly<Record<"realtime" | "serverless", PackagedService>>;
beforeAll(() => {
  const models = [`--param=modelVersion=${A}`, `--param=previousModel=${B}`];
  const of = (hosting: string) => packageService(STAGE, ...models, `--param=hosting=${hosting}`);
  services = { realtime: of("realtime"), serverless: of("serverless") };
}, 180_000);
afterAll(() => {
  for (const service of Object.values(services)) service.remove();
});

/** As CloudFormation makes it: references resolved to something of their kind. */
function deployed({ Resources }: Template): string {
  const text: unknown = Object(Resources["Dashboard"]?.Properties["DashboardBody"])["Fn::Sub"];
  return String(text)
    .replaceAll(/\$\{(?<name>[A-Z][\w:]*)(\.\w+)?\}/g, (reference, name: string) => {
      if (name.startsWith("AWS::") || name in Resources) return `<${name}>`;
      throw new Error(`there is nothing for ${reference}`);
    })
    .replaceAll("${!", "${");
}

const HOSTINGS = ["realtime", "serverless"] as const;
const widgets = (hosting: (typeof HOSTINGS)[number] = "realtime") =>
  readBody(deployed(services[hosting].template)).widgets;
const isMetric = (widget: Widget): widget is MetricWidget => widget.type === "metric";
const metricWidgets = (hosting?: (typeof HOSTINGS)[number]) => widgets(hosting).filter(isMetric);

/** The metrics of the widgets, as `namespace dimension,dimension name`, and what their dimensions are. */
function metrics(hosting: (typeof HOSTINGS)[number]) {
  return metricWidgets(hosting).flatMap(({ properties }) =>
    properties.metrics.flatMap((row) => {
      const [namespace = "", name = "", ...rest] = row.filter((part) => typeof part === "string");
      const names = rest.filter((_, at) => at % 2 === 0);
      const values = rest.filter((_, at) => at % 2 === 1);
      const dimensions = Object.fromEntries(names.map((dimension, at) => [dimension, values[at] ?? ""]));
      return namespace === "" ? [] : [{ namespace, name, dimensions }];
    }),
  );
}

/** A governance report with drift. */
const REPORT: ReportSummary = {
  version: "1",
  created: "2026-11-23T03:30:00Z",
  model: A,
  baseline: null,
  verdict: "ok",
  tally: { ok: 1, worse: 0, insufficientData: 0 },
  worse: [],
  importance: null,
  drift: { verdict: "drift", requests: 9, features: [{ name: "textBytes", psi: 1, threshold: 0.2, verdict: "drift" }] },
};

/** What the functions of the API publish of a request that meets everything at once, of one that meets nothing, and of a report. */
function ofSerin() {
  const lines = captureStdout(() => {
    const request = { correlationId: "id", qualification: false, functionVersion: "7", status: 200, latencyMs: 1 };
    for (const capability of ["predict", "explain", "explainability"]) {
      const telemetry = createTelemetry(capability, { stage: STAGE, modelVersion: A });
      telemetry.requestCompleted({ ...request, facts: { model_latency_ms: 1 } });
      telemetry.requestCompleted({ ...request, facts: {} });
    }
    publishMetrics(STAGE, REPORT);
  });
  return lines.flatMap((line) => metricsOf(JSON.stringify(line)));
}

const searches = (hosting: (typeof HOSTINGS)[number]) =>
  metricWidgets(hosting).flatMap(({ properties }) =>
    properties.metrics.flatMap((row) =>
      row.flatMap((part) => (typeof part === "string" ? [] : (readSearch(part.expression ?? "") ?? []))),
    ),
  );

describe.each(HOSTINGS)("the dashboard of stage prod, hosting %s", (hosting) => {
  it("has a body that CloudWatch accepts, of at most 2,500 metrics", () => {
    expect(() => widgets(hosting)).not.toThrow();
    expect(metrics(hosting).length).toBeLessThan(2500);
    expect(new Set(metricWidgets(hosting).map(({ properties }) => properties.region))).toEqual(
      new Set(["<AWS::Region>"]),
    );
  });

  it("shows only metrics that are published", () => {
    const own = ofSerin();
    for (const { namespace, name, dimensions } of metrics(hosting)) {
      const names = Object.keys(dimensions).sort().join();
      if (namespace !== "Serin") expect(OF_AWS[`${namespace} ${names}`]).toContain(name);
      else expect(own).toContainEqual(expect.objectContaining({ namespace, name, dimensions }));
    }
    expect(searches(hosting)).not.toHaveLength(0);
    for (const search of searches(hosting)) expect(own.some(search.matches)).toBe(true);
  });

  it("computes only with what its widget has, under ids of which each is one metric's", () => {
    for (const { properties } of metricWidgets(hosting)) {
      const rendered = properties.metrics.flatMap((row) => row.filter((part) => typeof part !== "string"));
      const ids = rendered.flatMap(({ id }) => id ?? []);
      expect(new Set(ids).size).toBe(ids.length);
      const used = rendered.flatMap(({ expression = "" }) =>
        expression.startsWith("SEARCH") ? [] : (expression.match(/\b[a-z]\w*/g) ?? []),
      );
      expect(ids).toEqual(expect.arrayContaining(used));
      expect(rendered.map(({ expression = "" }) => expression).join()).not.toMatch(/\de-\d/);
    }
  });

  it("lets no widgets overlap, and none leave the grid", () => {
    const taken = widgets(hosting).flatMap(({ x, y, width, height }) => {
      expect(x + width).toBeLessThanOrEqual(24);
      const rows = Array.from({ length: height }, (_, row) => y + row);
      return rows.flatMap((row) => Array.from({ length: width }, (_, column) => `${x + column} ${row}`));
    });
    expect(new Set(taken).size).toBe(taken.length);
  });

  it("has each model's endpoint", () => {
    const endpoints = metrics(hosting).flatMap(({ dimensions }) => dimensions["EndpointName"] ?? []);
    expect(new Set(endpoints)).toEqual(new Set([`serin-prod-${A}`, `serin-prod-${B}`]));
    expect(JSON.stringify(widgets(hosting))).not.toContain("EachVersion");
  });
});

describe("the dashboard of stage prod", () => {
  it("begins with the alarms, all of which there are", () => {
    const [first] = widgets();
    if (first?.type !== "alarm") throw new Error("the first widget shows no alarms");
    const alarms = Object.values(services.realtime.template.Resources).filter(({ Type }) =>
      /^AWS::CloudWatch::(Composite)?Alarm$/.test(Type),
    );
    const names = alarms.map(({ Properties }) => Properties["AlarmName"]);
    for (const arn of first.properties.alarms) {
      expect(arn).toMatch(/^arn:<AWS::Partition>:cloudwatch:<AWS::Region>:<AWS::AccountId>:alarm:/);
      expect(names).toContain(arn.split(":").at(-1));
    }
  });

  it("shows instances only where there are instances", () => {
    const counted = (hosting: (typeof HOSTINGS)[number]) =>
      metrics(hosting).some(({ name }) => name === "CPUUtilization" || name === "InvocationsPerInstance");
    expect(HOSTINGS.map(counted)).toEqual([true, false]);
    const concurrent = (hosting: (typeof HOSTINGS)[number]) =>
      metrics(hosting).some(({ name }) => name === "ServerlessConcurrentExecutionsUtilization");
    expect(HOSTINGS.map(concurrent)).toEqual([false, true]);
  });

  it("draws the limits that alarms and autoscaling have, as numbers", () => {
    const limits = metricWidgets().flatMap(({ properties }) => properties.annotations?.horizontal ?? []);
    const { Resources } = services.realtime.template;
    const missed = Resources["GovernanceMissedAlarm"]?.Properties["Threshold"];
    const scaling = Object(Resources[`ScalingPolicy${A}`]?.Properties["TargetTrackingScalingPolicyConfiguration"]);
    const of = Object(Resources[`ScalableTarget${A}`]?.Properties);
    expect(limits.map(({ value }) => value)).toEqual([700, 1, 0.02, 0.02, of.MaxCapacity, scaling.TargetValue, missed]);
  });

  it("has its address among the stack's outputs", () => {
    const { Value } = Object(services.realtime.template.Outputs["DashboardUrl"]);
    expect(Value).toEqual({ "Fn::Sub": expect.stringMatching(/#dashboards\/dashboard\/\$\{Dashboard\}$/) });
    expect(services.realtime.template.Resources["Dashboard"]?.Properties["DashboardName"]).toBe("serin-prod");
  });
});
