// Alarms in the compiled CloudFormation: that each is there, what it watches, whom it tells.
import { readFileSync } from "node:fs";
import path from "node:path";
import type { MetricAlarm, MetricStat } from "@aws-sdk/client-cloudwatch";
import { alarmsOf as alarmsInRule } from "../../deploy/local/alarms/composite";
import { type PackagedService, packageService } from "../../deploy/packaged-service";
import { ROOT } from "../../deploy/root";
import { publishMetrics } from "../../src/governance/publish/metrics";
import type { ReportSummary } from "../../src/governance/summary";
import { createTelemetry } from "../../src/telemetry/telemetry";
import { captureStdout, type Line } from "../capture-stdout";
import { type Alarms, alarmsOf, resolve } from "./alarms-of";
import { evaluate } from "./evaluated-template";

const A = "aaaaaaaaaaaa";
const B = "bbbbbbbbbbbb";
const page = readFileSync(path.join(ROOT, "docs", "slo.md"), "utf8");

let prod: PackagedService;
let dev: PackagedService;
beforeAll(() => {
  prod = packageService("prod", `--param=modelVersion=${A}`, `--param=previousModel=${B}`);
  dev = packageService("dev", "--param=silenceSeconds=7200");
}, 120_000);
afterAll(() => {
  prod.remove();
  dev.remove();
});

const resourcesOf = (service: PackagedService, given: Readonly<Record<string, string>> = {}) =>
  evaluate(service.template, { StableVersion: "6", ...given });
const alarms = (service = prod): Alarms => alarmsOf(resourcesOf(service));
const all = (service = prod) => [...alarms(service).metric, ...alarms(service).composite];
const name = ({ AlarmName = "" }: { readonly AlarmName?: string | undefined }) => AlarmName.replace(/^serin-\w+-/, "");
const metricAlarm = (wanted: string): MetricAlarm => {
  const found = alarms().metric.find((alarm) => name(alarm) === wanted);
  if (found) return found;
  throw new Error(`the template has no alarm ${wanted}`);
};
const composite = (wanted: string) => alarms().composite.find((alarm) => name(alarm) === wanted);
const ofVersions = (prefix: string) => [A, B].map((version) => `${prefix}-${version}`);
const isCanary = (alarm: string) => alarm.startsWith("canary-");

const BURNS = ["1h", "5m", "6h", "30m"];
const PAGES: Readonly<Record<string, readonly string[]>> = {
  "incident.md": ["incident"],
  "attention.md": ["attention"],
  "availability.md": [
    ...BURNS.map((window) => `availability-burn-${window}`),
    "availability-fast-burn",
    "availability-slow-burn",
  ],
  "latency.md": [...BURNS.map((window) => `latency-burn-${window}`), "latency-fast-burn", "latency-slow-burn"],
  "errors.md": ["error-rate", "error-spike"],
  "endpoint-errors.md": [...ofVersions("endpoint-5xx"), ...ofVersions("endpoint-4xx")],
  "endpoint-latency.md": ofVersions("endpoint-latency"),
  "no-traffic.md": ["no-traffic", "silence", "busy-day"],
  "throttled-users.md": ["throttled-users"],
  "limiter-failing-open.md": ["limiter-failing-open"],
  "table-throttled.md": ["table-throttled"],
  "explain-faults.md": ["explain-faults"],
  "governance-failed.md": ["governance-failed"],
  "governance-errors.md": ["governance-errors"],
  "governance-missed.md": ["governance-missed"],
  "drift.md": ["drift"],
};

describe("the alarms", () => {
  it("are all there, and each names its page", () => {
    const pages = Object.fromEntries(
      all()
        .filter((alarm) => !isCanary(name(alarm)))
        .map((alarm) => [name(alarm), /What to do: runbooks\/([\w-]+\.md)$/.exec(alarm.AlarmDescription ?? "")?.[1]]),
    );
    const expected = Object.entries(PAGES).flatMap(([file, names]) => names.map((one) => [one, file]));
    expect(pages).toEqual(Object.fromEntries(expected));
  });

  it("are named after their stage, so that two stages collide in nothing", () => {
    expect(all().every(({ AlarmName }) => AlarmName?.startsWith("serin-prod-"))).toBe(true);
    expect(all(dev).every(({ AlarmName }) => AlarmName?.startsWith("serin-dev-"))).toBe(true);
    expect(new Set(all().map(name)).size).toBe(all().length);
  });

  it("tell people by two composites only", () => {
    const acts = (alarm: object) =>
      ["AlarmActions", "OKActions", "InsufficientDataActions"].some(
        (kind) => kind in alarm && Reflect.get(alarm, kind) !== undefined,
      );
    expect(all().filter(acts).map(name)).toEqual(["incident", "attention"]);
    expect(composite("incident")).toMatchObject({
      AlarmActions: ["serin-prod-alarms"],
      OKActions: ["serin-prod-alarms"],
    });
    expect(composite("attention")).toMatchObject({
      AlarmActions: ["serin-prod-alarms"],
      ActionsSuppressor: "serin-prod-incident",
    });
  });

  it("are heard by exactly one of the two, the canary's by none", () => {
    const rules = new Map(alarms().composite.map((alarm) => [String(alarm.AlarmName), String(alarm.AlarmRule)]));
    const heard = (parent: string): string[] =>
      alarmsInRule(rules.get(parent) ?? "").flatMap((child) => [child, ...(rules.has(child) ? heard(child) : [])]);
    const reachable = [...heard("serin-prod-incident"), ...heard("serin-prod-attention")];
    expect(new Set(reachable).size).toBe(reachable.length);
    const others = ["serin-prod-incident", "serin-prod-attention"];
    const unheard = all().filter(({ AlarmName }) => !reachable.includes(String(AlarmName)));
    expect(unheard.map(({ AlarmName = "" }) => AlarmName).filter((one) => !others.includes(one))).toHaveLength(2);
    expect(unheard.filter((alarm) => isCanary(name(alarm)))).toHaveLength(2);
  });

  it("keep within CloudWatch's limits", () => {
    for (const { AlarmRule = "" } of alarms().composite) {
      expect(AlarmRule.length).toBeLessThan(10_240 - 100 * 20); // a stage's name has 20 characters
      expect(alarmsInRule(AlarmRule).length).toBeLessThanOrEqual(100);
    }
    for (const alarm of alarms().metric)
      for (const { Period = 0 } of stats(alarm)) {
        const length = Period * (alarm.EvaluationPeriods ?? 0);
        expect(Period % 60).toBe(0);
        expect(length).toBeLessThanOrEqual(86_400);
      }
  });
});

/** The metrics that an alarm reads. */
function stats(alarm: MetricAlarm): MetricStat[] {
  const { MetricName, Namespace, Dimensions, Period, Statistic } = alarm;
  const own: MetricStat = { Metric: { MetricName, Namespace, Dimensions }, Period, Stat: Statistic };
  return alarm.Metrics ? alarm.Metrics.flatMap(({ MetricStat }) => MetricStat ?? []) : [own];
}

/** Of https://docs.aws.amazon.com: what AWS publishes, with its dimensions. */
const PUBLISHED_BY_AWS = [
  "AWS/ApiGateway Count ApiId,Stage",
  "AWS/ApiGateway Count ApiId,Method,Resource,Stage",
  "AWS/ApiGateway 5xx ApiId,Method,Resource,Stage",
  "AWS/ApiGateway Latency ApiId,Method,Resource,Stage",
  "AWS/SageMaker Invocations EndpointName,VariantName",
  "AWS/SageMaker Invocation4XXErrors EndpointName,VariantName",
  "AWS/SageMaker Invocation5XXErrors EndpointName,VariantName",
  "AWS/DynamoDB WriteThrottleEvents TableName",
  "AWS/Events Invocations RuleName",
  "AWS/Lambda Errors ExecutedVersion,FunctionName,Resource",
  "AWS/Lambda Errors FunctionName",
  "AWS/Scheduler InvocationDroppedCount ScheduleGroup",
];

/** What the telemetry of predict really writes. */
function publishedByPredict(): string[] {
  const { requestCompleted } = createTelemetry("predict", { stage: "prod", modelVersion: A });
  const request = {
    correlationId: "c",
    qualification: false,
    functionVersion: "7",
    status: 200,
    latencyMs: 1,
    facts: { model_latency_ms: 1 },
  };
  const lines = captureStdout(() => {
    requestCompleted(request);
    requestCompleted(request); // the first is cold, and not compared
  });
  return metricsIn(lines);
}

/** A report with drift. */
const SUMMARY = {
  version: "1",
  created: "2026-03-16T04:00:00Z",
  model: A,
  baseline: null,
  verdict: "ok",
  tally: { ok: 1, worse: 0, insufficientData: 0 },
  worse: [],
  importance: null,
  drift: {
    verdict: "drift",
    requests: 9_000,
    features: [{ name: "textBytes", psi: 0.3, threshold: 0.1, verdict: "drift" }],
  },
} as const satisfies ReportSummary;

/** What a report leads to. */
const publishedByGovernance = () => metricsIn(captureStdout(() => publishMetrics("prod", SUMMARY)));

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

const metricsIn = (lines: readonly Line[]): string[] =>
  lines.flatMap(({ _aws }) => (Object(_aws).CloudWatchMetrics ?? []).flatMap(metricsOf));

const metricsOf = ({ Namespace, Dimensions, Metrics }: Directive) =>
  Dimensions.flatMap((dimensions) =>
    Metrics.map(({ Name }) => `${Namespace} ${Name} ${[...dimensions].sort().join(",")}`),
  );

it("watch metrics that somebody publishes", () => {
  const published = [...PUBLISHED_BY_AWS, ...publishedByPredict(), ...publishedByGovernance()];
  const watched = alarms().metric.flatMap((alarm) =>
    stats(alarm).map(({ Metric }) => {
      const dimensions = (Metric?.Dimensions ?? []).map(({ Name = "" }) => Name).sort();
      return `${Metric?.Namespace} ${Metric?.MetricName} ${dimensions.join(",")}`;
    }),
  );
  expect(published).toEqual(expect.arrayContaining([...new Set(watched)]));
});

describe("the thresholds", () => {
  const queries = (alarm: MetricAlarm) => new Map((alarm.Metrics ?? []).map((query) => [query.Id, query]));
  const expression = (alarm: string, id: string) => queries(metricAlarm(alarm)).get(id)?.Expression;

  it.each([
    ["1h", 14.4, 3600],
    ["5m", 14.4, 300],
    ["6h", 6, 21_600],
    ["30m", 6, 1800],
  ])("of the burn rate over %s are %p times, as docs/slo.md says", (window, threshold, period) => {
    for (const slo of ["availability", "latency"]) {
      const alarm = metricAlarm(`${slo}-burn-${window}`);
      expect(alarm).toMatchObject({ Threshold: threshold, ComparisonOperator: "GreaterThanOrEqualToThreshold" });
      expect(new Set(stats(alarm).map(({ Period }) => Period))).toEqual(new Set([period]));
      expect(page).toContain(`| \`${slo}-burn-${window}\` | ${threshold} |`);
    }
    expect(expression(`availability-burn-${window}`, "burnRate")).toContain("FILL(faults, 0) / requests / 0.001");
    expect(expression(`latency-burn-${window}`, "burnRate")).toContain("slow / 0.05");
    expect(stats(metricAlarm(`latency-burn-${window}`)).map(({ Stat }) => Stat)).toEqual(["PR(:700)", "SampleCount"]);
  });

  it.each([
    ["availability", "fast", "1h", "5m"],
    ["availability", "slow", "6h", "30m"],
    ["latency", "fast", "1h", "5m"],
    ["latency", "slow", "6h", "30m"],
  ])("of %s need both windows: the %s one %s and %s", (slo, speed, long, short) => {
    const alarm = (window: string) => `ALARM("serin-prod-${slo}-burn-${window}")`;
    expect(composite(`${slo}-${speed}-burn`)?.AlarmRule).toBe(`${alarm(long)} AND ${alarm(short)}`);
  });

  it("of the others are as docs/slo.md says", () => {
    const rows = alarms()
      .metric.map((alarm) => [name(alarm).replace(/-[ab]{12}$/, ""), alarm.Threshold, stats(alarm)[0]?.Period])
      .filter(([alarm, threshold]) => threshold !== undefined && !/burn|canary/.test(String(alarm)));
    for (const [alarm, threshold, period] of rows)
      expect(page).toContain(`| \`${alarm}\` | ${threshold} | ${period} |`);
    expect(rows.length).toBeGreaterThan(8);
  });

  it("follow the stage's parameters", () => {
    expect(expression(`endpoint-latency-${A}`, "share")).toContain("p95 / 500,");
    const silence = alarms(dev).metric.find((alarm) => name(alarm) === "silence");
    expect(Number(silence && stats(silence)[0]?.Period)).toBe(7200);
  });

  it("of the spike are a band of what is usual, which a detector learns from the same metric", () => {
    const spike = metricAlarm("error-spike");
    expect(spike).toMatchObject({ ThresholdMetricId: "usual", ComparisonOperator: "GreaterThanUpperThreshold" });
    const { Stat, ...metric } = Object(
      resourcesOf(prod)["ErrorSpikeDetector"]?.Properties["SingleMetricAnomalyDetector"],
    );
    expect(stats(spike)).toEqual([{ Stat, Period: 300, Metric: metric }]);
  });
});

describe("the objectives", () => {
  const objective = (id: string) => Object(resolve(resourcesOf(prod)[id]?.Properties, resourcesOf(prod)));
  const REQUESTS = {
    Namespace: "AWS/ApiGateway",
    Dimensions: [
      { Name: "ApiId", Value: "HttpApi" },
      { Name: "Stage", Value: "$default" },
      { Name: "Method", Value: "POST" },
      { Name: "Resource", Value: "/predict" },
    ],
  };

  it("are 99.9 % without fault and 95 % within 700 ms, over 30 days", () => {
    const month = { RollingInterval: { Duration: 30, DurationUnit: "DAY" } };
    expect(objective("AvailabilityObjective").Goal).toMatchObject({ AttainmentGoal: 99.9, Interval: month });
    expect(objective("LatencyObjective").Goal).toMatchObject({ AttainmentGoal: 95, Interval: month });
  });

  it("are measured at the gateway, by requests for predictions: what explanations take is not theirs", () => {
    expect(resourcesOf(prod)["HttpApiStage"]?.Properties).toMatchObject({
      DefaultRouteSettings: { DetailedMetricsEnabled: true },
    });
    const availability = objective("AvailabilityObjective").RequestBasedSli.RequestBasedSliMetric;
    expect(availability.TotalRequestCountMetric[0].MetricStat).toMatchObject({
      Stat: "Sum",
      Metric: { ...REQUESTS, MetricName: "Count" },
    });
    expect(availability.MonitoredRequestCountMetric.BadCountMetric[0].MetricStat).toMatchObject({
      Stat: "Sum",
      Metric: { ...REQUESTS, MetricName: "5xx" },
    });
    const latency = objective("LatencyObjective").RequestBasedSli.RequestBasedSliMetric;
    const good = latency.MonitoredRequestCountMetric.GoodCountMetric;
    expect(good.filter(({ ReturnData }: { ReturnData: boolean }) => ReturnData)).toHaveLength(1);
    expect(good[1].MetricStat).toMatchObject({ Stat: "PR(:700)", Metric: { ...REQUESTS, MetricName: "Latency" } });
  });

  it("have the alarms' windows", () => {
    for (const id of ["AvailabilityObjective", "LatencyObjective"]) {
      const minutes = objective(id).BurnRateConfigurations.map(
        (one: { LookBackWindowMinutes: number }) => one.LookBackWindowMinutes,
      );
      expect(minutes).toEqual([5, 30, 60, 360]);
    }
  });

  it.each([
    ["99.9 %", 0.001],
    ["95 %", 0.05],
  ])("of %s have their budget worked out in docs/slo.md", (goal, share) => {
    const minutes = (30 * 24 * 60 * share).toLocaleString("en", { maximumFractionDigits: 1 });
    const of = (requests: number) => (requests * share).toLocaleString("en");
    expect(page).toContain(`| ${goal} | ${minutes} min | ${of(1_000_000)} | ${of(25_920_000)} |`);
  });
});

describe("who is told", () => {
  const EMAIL = { AlarmEmail: "on-call@example.com" };
  const SLACK = { SlackWorkspace: "T0123ABCD", SlackChannel: "C0123ABCD" };
  const ofType = (type: string, given = {}) =>
    Object.values(resourcesOf(prod, given))
      .filter(({ Type }) => Type === type)
      .map(({ Properties }) => Object(resolve(Properties, resourcesOf(prod, given))));
  const told = (given = {}) => [
    ...ofType("AWS::SNS::Subscription", given).map(({ Protocol, Endpoint, TopicArn }) => [
      Protocol,
      Endpoint,
      TopicArn,
    ]),
    ...ofType("AWS::Chatbot::SlackChannelConfiguration", given).map((slack) => [
      slack.SlackChannelId,
      ...slack.SnsTopicArns,
    ]),
  ];
  const email = (topic: string) => ["email", EMAIL.AlarmEmail, topic];

  it("is nobody without the parameters, which is what the defaults say", () => {
    expect(told()).toEqual([]);
    expect(ofType("AWS::IAM::ManagedPolicy").filter(({ Description = "" }) => Description.includes("Slack"))).toEqual(
      [],
    );
    expect(resourcesOf(prod)["SlackRole"]).toBeUndefined();
    expect(prod.template.Outputs["AlarmReceivers"]).toMatchObject({ Condition: "Told" });
  });

  it("is who has the address", () => {
    const topics = ["serin-prod-alarms", "serin-prod-releases", "serin-prod-reports"].map(email);
    expect(told(EMAIL).sort()).toEqual(topics);
  });

  it("is the channel", () => {
    expect(told(SLACK)).toEqual([["C0123ABCD", "serin-prod-alarms", "serin-prod-releases"]]);
  });

  it("is both, of alarms and of releases by hand", () => {
    expect(told({ ...EMAIL, ...SLACK })).toHaveLength(4);
  });

  it("may do nothing in Slack but see alarms", () => {
    const [slack] = ofType("AWS::Chatbot::SlackChannelConfiguration", SLACK);
    const resources = resourcesOf(prod, SLACK);
    expect(slack).toMatchObject({
      SlackWorkspaceId: "T0123ABCD",
      GuardrailPolicies: ["SlackPolicy"],
      IamRoleArn: "SlackRole",
    });
    const { AssumeRolePolicyDocument, ...role } = Object(resources["SlackRole"]?.Properties);
    expect(role).toEqual({ ManagedPolicyArns: [{ Ref: "SlackPolicy" }] });
    expect(AssumeRolePolicyDocument.Statement).toEqual([
      { Effect: "Allow", Principal: { Service: "chatbot.amazonaws.com" }, Action: "sts:AssumeRole" },
    ]);
    const { Statement } = Object(resources["SlackPolicy"]?.Properties["PolicyDocument"]);
    expect(Statement.flatMap(({ Action }: { Action: string[] }) => Action)).toEqual([
      "cloudwatch:DescribeAlarms",
      "cloudwatch:GetMetricData",
      "cloudwatch:GetMetricWidgetImage",
    ]);
  });

  it("is told through encrypted topics, which alarms of this stage may use", () => {
    const topics = ofType("AWS::SNS::Topic");
    expect(topics).toHaveLength(3);
    for (const topic of topics) expect(topic).toHaveProperty("KmsMasterKeyId", "Key");
    const { Statement } = Object(resourcesOf(prod)["AlarmTopicPolicy"]?.Properties["PolicyDocument"]);
    expect(Statement).toContainEqual(
      expect.objectContaining({
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: "sns:Publish",
        Condition: {
          ArnLike: {
            "aws:SourceArn": {
              "Fn::Sub": "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:serin-prod-*",
            },
          },
        },
      }),
    );
  });
});

it("hears of governance jobs of its own stage that failed or were stopped", () => {
  const resources = resourcesOf(prod);
  expect(resources["GovernanceFailedRule"]?.Properties["EventPattern"]).toEqual({
    source: ["aws.sagemaker"],
    "detail-type": ["SageMaker Processing Job State Change"],
    detail: { ProcessingJobName: [{ prefix: "serin-prod-governance-" }], ProcessingJobStatus: ["Failed", "Stopped"] },
  });
  expect(metricAlarm("governance-failed").Dimensions).toEqual([{ Name: "RuleName", Value: "GovernanceFailedRule" }]);
  expect(resources["GovernanceFailedRule"]?.Properties["Targets"]).toHaveLength(1); // without one there are no Invocations
});

describe("the drift alarm", () => {
  it("watches what a report with drift publishes, until a report without", () => {
    const { Namespace, MetricName = "", Dimensions = [], ...alarm } = metricAlarm("drift");
    const [line] = captureStdout(() => publishMetrics("prod", SUMMARY));
    expect(line).toMatchObject({
      [MetricName]: 1,
      ...Object.fromEntries(Dimensions.map(({ Name = "", Value }) => [Name, Value])),
      _aws: { CloudWatchMetrics: [{ Namespace, Dimensions: [Dimensions.map(({ Name }) => Name)] }] },
    });
    expect(alarm).toMatchObject({
      Threshold: 1,
      ComparisonOperator: "GreaterThanOrEqualToThreshold",
      EvaluationPeriods: 1,
      Statistic: "Maximum",
      TreatMissingData: "ignore",
    });
  });

  it("needs a look in working hours", () => {
    expect(alarmsInRule(composite("attention")?.AlarmRule ?? "")).toContain("serin-prod-drift");
  });
});
