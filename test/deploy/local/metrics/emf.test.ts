import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { mockClient } from "aws-sdk-client-mock";
import type { MetricDatum } from "../../../../deploy/local/alarms/alarm";
import { FunctionMetrics, metricsOf } from "../../../../deploy/local/metrics/emf";

const whole = { service: "predict", stage: "local" };
const dimensions = { ...whole, FunctionVersion: "7" };

const line = (Timestamp: number, latency: number | number[], ...sets: readonly object[]) =>
  JSON.stringify({
    _aws: {
      Timestamp,
      CloudWatchMetrics: [
        {
          Namespace: "Serin",
          Dimensions: [dimensions, ...sets].map((set) => Object.keys(set)),
          Metrics: [{ Name: "Latency", Unit: "Milliseconds" }],
        },
      ],
    },
    ...dimensions,
    Latency: latency,
  });

describe("a line of a log", () => {
  it("publishes each value of its metrics with their dimensions", () => {
    const common = { namespace: "Serin", name: "Latency", dimensions, timestampMs: 5 };
    expect(metricsOf(line(5, 12.5))).toEqual([{ ...common, value: 12.5 }]);
    expect(metricsOf(line(5, [1, 2]))).toEqual([
      { ...common, value: 1 },
      { ...common, value: 2 },
    ]);
  });

  it("publishes them with each set of dimensions", () => {
    expect(metricsOf(line(5, 12.5, whole)).map((datum) => datum.dimensions)).toEqual([dimensions, whole]);
  });

  it.each(["START RequestId: 1", "{", '{"message":"hello"}', '{"_aws":{"CloudWatchMetrics":"none"}}'])(
    "publishes nothing when it is %j",
    (text) => {
      expect(metricsOf(text)).toEqual([]);
    },
  );
});

describe("the metrics of a function", () => {
  const logs = mockClient(CloudWatchLogsClient);
  beforeEach(() => logs.reset());
  const event = (id: number, timestamp: number) => ({ eventId: String(id), timestamp, message: line(timestamp, id) });
  const values = (data: readonly MetricDatum[]) => data.map(({ value }) => value);
  /** A log that answers as CloudWatch Logs does: at most two events, from the start time on. */
  const serve = (...events: ReturnType<typeof event>[]) =>
    logs.on(FilterLogEventsCommand).callsFake(({ startTime }: { startTime: number }) => ({
      events: events.filter(({ timestamp }) => timestamp >= startTime).slice(0, 3),
    }));
  const follow = (seen: number[] = []) =>
    new FunctionMetrics(new CloudWatchLogsClient(), "predict", 0, 100, ({ value }) => seen.push(value));

  it("are read once each, also where several have the same time", async () => {
    const seen: number[] = [];
    const metrics = follow(seen);
    serve(event(1, 10), event(2, 20));
    expect(values(await metrics.read(30))).toEqual([1, 2]);
    serve(event(1, 10), event(2, 20), event(3, 20), event(4, 30), event(5, 40));
    expect(values(await metrics.read(50))).toEqual([1, 2, 3, 4, 5]);
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  it("are forgotten once no alarm looks back that far", async () => {
    const metrics = follow();
    serve(event(1, 10), event(2, 90));
    expect(values(await metrics.read(150))).toEqual([2]);
  });

  it("are told apart by stream and text where events have no ids", async () => {
    const metrics = follow();
    const [one, other] = [1, 2].map((value) => ({ logStreamName: "a", timestamp: 10, message: line(10, value) }));
    logs.on(FilterLogEventsCommand).resolves({ events: [{ ...one }, { ...other }, { ...one, logStreamName: "b" }] });
    expect(values(await metrics.read(30))).toEqual([1, 2, 1]);
    expect(values(await metrics.read(30))).toEqual([1, 2, 1]);
  });

  it("are none where the log has no events, or events without a text", async () => {
    logs
      .on(FilterLogEventsCommand)
      .resolvesOnce({})
      .resolves({ events: [{ eventId: "1" }] });
    const metrics = follow();
    expect(await metrics.read(0)).toEqual([]);
    expect(await metrics.read(0)).toEqual([]);
  });

  it("are none before the function was ever invoked", async () => {
    logs.on(FilterLogEventsCommand).rejects(Object.assign(new Error("none"), { name: "ResourceNotFoundException" }));
    expect(await follow().read(0)).toEqual([]);
  });

  it("are missed loudly", async () => {
    logs.on(FilterLogEventsCommand).rejects(new Error("throttled"));
    await expect(follow().read(0)).rejects.toThrow("throttled");
  });
});
