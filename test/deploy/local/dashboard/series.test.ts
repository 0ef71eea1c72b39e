import type { MetricDatum } from "../../../../deploy/local/alarms/alarm";
import type { MetricWidget } from "../../../../deploy/local/dashboard/body";
import { evaluateWidget } from "../../../../deploy/local/dashboard/series";

const MINUTE = 60_000;
const SPAN = { fromMs: 10 * MINUTE, toMs: 12 * MINUTE + 30_000 };

const datum = (minute: number, value: number, more: Partial<MetricDatum> = {}): MetricDatum => ({
  namespace: "Serin",
  name: "Latency",
  dimensions: { service: "predict", stage: "local" },
  value,
  timestampMs: minute * MINUTE,
  ...more,
});

type Properties = MetricWidget["properties"];

const widget = (metrics: Properties["metrics"], more: Partial<Properties> = {}): MetricWidget => ({
  ...{ type: "metric", x: 0, y: 0, width: 6, height: 6 },
  properties: { region: "us-east-1", view: "timeSeries", period: 60, metrics, ...more },
});

const LATENCY = ["Serin", "Latency", "service", "predict", "stage", "local"];

describe("a widget", () => {
  it("has a value for each period, aligned to the clock, and none where data is missing", () => {
    const data = [datum(10, 1), datum(10.99, 3), datum(12, 10), datum(9.99, 99), datum(13, 99)];
    const { times, series } = evaluateWidget(widget([[...LATENCY, { stat: "Sum", label: "sum" }]]), data, SPAN);
    expect(times).toEqual([600, 660, 720]);
    expect(series).toEqual([{ label: "sum", values: [4, null, 10] }]);
  });

  it("has the widget's statistic where a metric has none of its own, and the average without any", () => {
    const data = [datum(10, 1), datum(10.5, 3)];
    const of = (more: Partial<Properties>) => evaluateWidget(widget([LATENCY], more), data, SPAN).series[0]?.values[0];
    expect(of({ stat: "SampleCount" })).toBe(2);
    expect(of({})).toBe(2);
    expect(evaluateWidget(widget([LATENCY]), data, SPAN).series[0]?.label).toBe("Latency");
  });

  it("computes with what it does not show", () => {
    const metrics = [
      [{ id: "slow", expression: "100 * (1 - fast / 100)", label: "slow (%)", color: "#d62728" }],
      [...LATENCY, { id: "fast", stat: "PR(:700)", visible: false }],
    ];
    const { series } = evaluateWidget(widget(metrics), [datum(10, 1), datum(10, 701)], SPAN);
    expect(series).toEqual([{ label: "slow (%)", color: "#d62728", values: [50, null, null] }]);
  });

  it("shows a number of the period that ends now", () => {
    const number = widget([[...LATENCY, { stat: "Sum" }]], { view: "singleValue" });
    const { series } = evaluateWidget(number, [datum(11.49, 1), datum(11.51, 2), datum(12.5, 4)], SPAN);
    expect(series[0]?.values).toEqual([6]);
  });

  it("shows a number of the whole time where it is asked to", () => {
    const number = widget([[...LATENCY, { stat: "Sum" }]], { view: "singleValue", setPeriodToTimeRange: true });
    const { series } = evaluateWidget(number, [datum(9.9, 1), datum(10, 2), datum(12, 4)], SPAN);
    expect(series[0]?.values).toEqual([6]);
  });

  it("says so where a metric, or one that is computed with,: not measured on the local target.", () => {
    const metrics = [
      ["AWS/DynamoDB", "WriteThrottleEvents", "TableName", "t", { label: "throttled" }],
      [{ id: "cost", expression: "24 * instances * 0.1", label: "cost" }],
      ["/aws/sagemaker/Endpoints", "CPUUtilization", "EndpointName", "e", { id: "instances", visible: false }],
      ["AWS/SageMaker", "InvocationsPerInstance", "EndpointName", "e"],
    ];
    const { series } = evaluateWidget(widget(metrics), [], SPAN);
    expect(series.map(({ note }) => note)).toEqual([
      "AWS/DynamoDB WriteThrottleEvents: not measured on the local target.",
      "/aws/sagemaker/Endpoints CPUUtilization: not measured on the local target.",
      "AWS/SageMaker InvocationsPerInstance: not measured on the local target.",
    ]);
    expect(series[0]?.values).toEqual([null, null, null]);
  });

  it("is refused where its expression is not known", () => {
    const wrong = widget([[{ id: "a", expression: "ANOMALY_DETECTION_BAND(b)" }], [...LATENCY, { id: "b" }]]);
    expect(() => evaluateWidget(wrong, [], SPAN)).toThrow("ANOMALY_DETECTION_BAND");
  });
});

describe("a search", () => {
  const of = (FunctionVersion: string, more: Partial<MetricDatum["dimensions"]> = {}) => ({
    name: "Requests",
    dimensions: { service: "predict", stage: "local", FunctionVersion, ...more },
  });
  const data = [
    ...["10", "9"].map((version) => datum(10, Number(version), of(version))),
    datum(10, 99, of("7", { service: "predict-qualification" })),
    datum(10, 99, of("7", { stage: "prod" })),
    datum(10, 99, { ...of("7"), name: "Faults" }),
    datum(10, 99, { ...of("7"), namespace: "Other" }),
    datum(10, 99, { name: "Requests" }),
  ];
  const find = (terms: string) =>
    widget([
      [
        {
          expression: `SEARCH('{Serin,service,stage,FunctionVersion}${terms}', 'Sum')`,
          label: "version ${PROP('Dim.FunctionVersion')}",
        },
      ],
    ]);

  it("is a line for each metric with its dimensions and terms, in the versions' order", () => {
    const { series } = evaluateWidget(find(' service="predict" stage="local" MetricName="Requests"'), data, SPAN);
    expect(series).toEqual([
      { label: "version 9", values: [9, null, null] },
      { label: "version 10", values: [10, null, null] },
    ]);
  });

  it("may find nothing", () => {
    expect(evaluateWidget(find(' service="nobody"'), data, SPAN).series).toEqual([]);
  });

  it.each([" service=predict", ' service="predict" OR stage="local"'])("is refused where %s is not known", (terms) => {
    expect(() => evaluateWidget(find(terms), data, SPAN)).toThrow("is not known here");
  });

  it("is refused inside of another expression", () => {
    const wrong = widget([[{ expression: `SUM(SEARCH('{Serin} a="b"', 'Sum'))` }]]);
    expect(() => evaluateWidget(wrong, [], SPAN)).toThrow("is not known here");
  });
});
