import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetDashboardCommand,
  type MetricAlarm,
} from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { mockClient } from "aws-sdk-client-mock";
import { writePreview } from "../../../../deploy/local/dashboard/write-preview";
import { lockState, type State, stateOf, writeTarget } from "../../../../deploy/local/state";

const cloudWatch = mockClient(CloudWatchClient);
const logs = mockClient(CloudWatchLogsClient);
const fetched = jest.spyOn(globalThis, "fetch");

const metricAlarm = (AlarmName: string, more: Partial<MetricAlarm> = {}): MetricAlarm => ({
  AlarmName,
  Namespace: "AWS/ApiGateway",
  Dimensions: [{ Name: "ApiId", Value: "a" }],
  Period: 60,
  Statistic: "Sum",
  MetricName: "5xx",
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: "GreaterThanOrEqualToThreshold",
  TreatMissingData: "notBreaching",
  ...more,
});

const names = ["incident", "attention", "failing", "quiet", "band", "unknown"].map((name) => `serin-local-${name}`);
const BODY = {
  widgets: [
    {
      ...{ type: "alarm", x: 0, y: 0, width: 24, height: 3 },
      properties: { alarms: names.map((name) => `arn:aws:cloudwatch:us-east-1:1:alarm:${name}`) },
    },
  ],
};

let folder: string;
let state: State;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "serin-preview-"));
  state = stateOf({ SERIN_STATE: folder });
  lockState(state);
  cloudWatch.reset();
  logs.reset();
  logs.on(DescribeLogGroupsCommand).resolves({ logGroups: [] });
  cloudWatch
    .on(GetDashboardCommand, { DashboardName: "serin-local" })
    .resolves({ DashboardBody: JSON.stringify(BODY) });
  cloudWatch.on(DescribeAlarmsCommand, { AlarmNamePrefix: "serin-local-" }).resolves({
    MetricAlarms: [
      metricAlarm("serin-local-failing"),
      metricAlarm("serin-local-quiet", { MetricName: "4xx" }),
      metricAlarm("serin-local-band", { ThresholdMetricId: "band" }),
    ],
    CompositeAlarms: [
      { AlarmName: "serin-local-incident", AlarmRule: 'ALARM("serin-local-failing")' },
      { AlarmName: "serin-local-attention", AlarmRule: 'ALARM("serin-local-quiet") OR ALARM("serin-local-band")' },
    ],
  });
  const points = [[Date.now() - 1000, 3]];
  fetched.mockImplementation(() =>
    Promise.resolve(Response.json([{ namespace: "AWS/ApiGateway", name: "5xx", dimensions: { ApiId: "a" }, points }])),
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
afterAll(() => fetched.mockRestore());

const run = () => {
  const [url, apiUrl, awsUrl] = ["http://127.0.0.1:1", "http://127.0.0.1:1/api", "http://127.0.0.1:2"];
  writeTarget(state, { url, apiUrl, awsUrl, userPoolId: "p", machineClientId: "m", peopleClientId: "c" });
};

const content = (
  file: string,
): { minutes: number; widgets: { alarms: { name: string; state?: string; note?: string }[] }[] } =>
  JSON.parse(/id="preview">(.*?)<\/script>/.exec(readFileSync(file, "utf8"))?.[1] ?? "");

describe("the preview", () => {
  it("is written below the state folder, of the time that was asked for", async () => {
    run();
    const file = await writePreview({ stage: "local", minutes: 30 }, state);
    expect(file).toBe(path.join(folder, "dashboard", "serin-local.html"));
    expect(content(file).minutes).toBe(30);
    expect(fetched.mock.calls[0]?.[0]).toMatch(/^http:\/\/127\.0\.0\.1:2\//);
  });

  it("has the states that alarms and composites have on these metrics, and why one has none", async () => {
    run();
    const file = await writePreview({ stage: "local", minutes: 30, out: path.join(folder, "d.html") }, state);
    const [states = []] = content(file).widgets.map(({ alarms }) => alarms.map((alarm) => alarm.state ?? alarm.note));
    expect(states).toEqual([
      "ALARM",
      "OK",
      "ALARM",
      "OK",
      expect.stringContaining("anomaly band"),
      "the emulated AWS does not know it",
    ]);
  });

  it("says what to do where no target runs, or it has no such stage", async () => {
    await expect(writePreview({ stage: "local", minutes: 30 }, state)).rejects.toThrow("start one with `npm start`");
    run();
    const missing = Object.assign(new Error("none"), { name: "DashboardNotFoundError" });
    cloudWatch.on(GetDashboardCommand).rejects(missing);
    await expect(writePreview({ stage: "prod", minutes: 30 }, state)).rejects.toThrow("no dashboard serin-prod");
    cloudWatch.on(GetDashboardCommand).rejects(new Error("refused"));
    await expect(writePreview({ stage: "prod", minutes: 30 }, state)).rejects.toThrow("refused");
  });
});
