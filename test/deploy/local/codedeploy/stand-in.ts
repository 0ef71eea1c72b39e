// The CodeDeploy stand-in over HTTP, with a Lambda, alarms and logs that a test sets.
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  type MetricAlarm,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CodeDeployClient,
  CreateApplicationCommand,
  CreateDeploymentCommand,
  CreateDeploymentGroupCommand,
  type CreateDeploymentGroupCommandInput,
} from "@aws-sdk/client-codedeploy";
import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  UpdateAliasCommand,
} from "@aws-sdk/client-lambda";
import { mockClient } from "aws-sdk-client-mock";
import { clientConfig } from "../../../../deploy/local/aws";
import type { DeploymentEvent } from "../../../../deploy/local/codedeploy/events";
import { type CodeDeploy, startCodeDeploy } from "../../../../deploy/local/codedeploy/server";
import { until } from "../../../until";
import { ManualClock } from "./manual-clock";

export const GROUP = { applicationName: "app", deploymentGroupName: "group" };
export const SETTINGS: CreateDeploymentGroupCommandInput = {
  ...GROUP,
  serviceRoleArn: "arn:aws:iam::123456789012:role/codedeploy",
  deploymentConfigName: "CodeDeployDefault.LambdaCanary10Percent5Minutes",
  alarmConfiguration: { enabled: true, alarms: [{ name: "errors" }] },
  autoRollbackConfiguration: {
    enabled: true,
    events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
  },
};

const TIME_SCALE = 60;
/** How long the hook may run. */
export const HOOK_TIMEOUT_S = 300;

const ALARM: MetricAlarm = {
  AlarmName: "errors",
  Metrics: [
    {
      Id: "errors",
      MetricStat: { Metric: { Namespace: "Serin", MetricName: "Faults", Dimensions: [] }, Period: 300, Stat: "Sum" },
      ReturnData: true,
    },
  ],
  ComparisonOperator: "GreaterThanThreshold",
  EvaluationPeriods: 1,
  Threshold: 2,
  TreatMissingData: "notBreaching",
};

/** A stand-in and what is around it. */
export class StandIn {
  readonly clock = new ManualClock();
  readonly events: DeploymentEvent[] = [];
  readonly lambda = mockClient(LambdaClient);
  readonly cloudWatch = mockClient(CloudWatchClient);
  readonly logs = mockClient(CloudWatchLogsClient);
  private constructor(
    private readonly server: { codeDeploy?: CodeDeploy },
    readonly client: { api: CodeDeployClient },
  ) {}

  static async start(): Promise<StandIn> {
    const server: { codeDeploy?: CodeDeploy } = {};
    const standIn = new StandIn(server, { api: new CodeDeployClient(clientConfig("http://127.0.0.1:1")) });
    server.codeDeploy = await startCodeDeploy({
      awsUrl: () => "http://127.0.0.1:1",
      timeScale: TIME_SCALE,
      clock: standIn.clock,
      onEvent: (event) => standIn.events.push(event),
    });
    standIn.client.api = new CodeDeployClient({ ...clientConfig(server.codeDeploy.url), maxAttempts: 1 });
    standIn.lambda.on(GetAliasCommand).resolves({ FunctionVersion: "6" });
    standIn.lambda.on(GetFunctionConfigurationCommand).resolves({ Timeout: HOOK_TIMEOUT_S });
    standIn.lambda.on(UpdateAliasCommand).resolves({});
    standIn.lambda.on(InvokeCommand).resolves({ StatusCode: 202 });
    standIn.alarmState("INSUFFICIENT_DATA");
    standIn.cloudWatch.on(SetAlarmStateCommand).resolves({});
    standIn.faults();
    return standIn;
  }

  get api(): CodeDeployClient {
    return this.client.api;
  }

  async close(): Promise<void> {
    await this.server.codeDeploy?.close();
    for (const mock of [this.lambda, this.cloudWatch, this.logs]) mock.restore();
  }

  alarmState(StateValue: "OK" | "ALARM" | "INSUFFICIENT_DATA"): void {
    this.cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [{ ...ALARM, StateValue }] });
  }

  /** Lets the function's log hold a line with that many faults, printed now. */
  faults(value?: number): void {
    const timestamp = this.clock.now();
    const directive = { Namespace: "Serin", Dimensions: [[]], Metrics: [{ Name: "Faults" }] };
    const message = JSON.stringify({ _aws: { Timestamp: timestamp, CloudWatchMetrics: [directive] }, Faults: value });
    const events = value === undefined ? [] : [{ eventId: "1", timestamp, message }];
    this.logs.on(FilterLogEventsCommand).resolves({ events });
  }

  /** Makes the application and the group. */
  async prepare(settings: Partial<CreateDeploymentGroupCommandInput> = {}): Promise<void> {
    await this.api.send(new CreateApplicationCommand({ applicationName: "app", computePlatform: "Lambda" }));
    await this.api.send(new CreateDeploymentGroupCommand({ ...SETTINGS, ...settings }));
  }

  /** Deploys version 7 of `predict` in the place of 6. @returns The deployment's id. */
  async deploy(hooks: Readonly<Record<string, string>>[] = [], content = appSpec(hooks)): Promise<string> {
    const { deploymentId } = await this.api.send(
      new CreateDeploymentCommand({
        ...GROUP,
        revision: { revisionType: "AppSpecContent", appSpecContent: { content } },
      }),
    );
    return String(deploymentId);
  }

  /** The steps so far, without ids and times. */
  get steps(): unknown[] {
    const isOfTheStep = ([name]: [string, unknown]) => name !== "deploymentId" && name !== "atMs";
    return this.events.map((event) => Object.fromEntries(Object.entries(event).filter(isOfTheStep)));
  }

  step(kind: DeploymentEvent["kind"]): Promise<void> {
    return until(
      () => this.events.some((event) => event.kind === kind),
      10_000,
      () => JSON.stringify(this.events),
    );
  }

  /** Where UpdateAlias sent the traffic, call by call. */
  get routes(): unknown[] {
    return this.lambda
      .commandCalls(UpdateAliasCommand)
      .map(({ args: [{ input }] }) => [input.FunctionVersion, input.RoutingConfig?.AdditionalVersionWeights]);
  }

  /** What the hook was invoked with. */
  get hookEvents(): { DeploymentId: string; LifecycleEventHookExecutionId: string }[] {
    return this.lambda.commandCalls(InvokeCommand).map(({ args: [{ input }] }) => JSON.parse(textOf(input.Payload)));
  }
}

const textOf = (payload: unknown) => (typeof payload === "string" ? payload : "");

export function appSpec(hooks: Readonly<Record<string, string>>[] = []): string {
  const Properties = { Name: "predict", Alias: "live", CurrentVersion: "6", TargetVersion: "7" };
  return JSON.stringify({
    version: 0,
    Resources: [{ live: { Type: "AWS::Lambda::Function", Properties } }],
    Hooks: hooks,
  });
}
