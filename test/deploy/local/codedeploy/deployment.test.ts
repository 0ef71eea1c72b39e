// What a deployment does: hook, traffic, alarms, promotion, and every way back.
import { DescribeAlarmsCommand, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import {
  GetDeploymentCommand,
  PutLifecycleEventHookExecutionStatusCommand,
  StopDeploymentCommand,
} from "@aws-sdk/client-codedeploy";
import { GetAliasCommand, InvokeCommand, UpdateAliasCommand } from "@aws-sdk/client-lambda";
import { until } from "../../../until";
import { HOOK_TIMEOUT_S, SETTINGS, StandIn } from "./stand-in";

const HOOKS = [{ BeforeAllowTraffic: "CodeDeployHook_release" }];
const CANARY = ["6", { "7": 0.1 }];
const PROMOTED = ["7", {}];
const BACK = ["6", {}];

let standIn: StandIn;
beforeEach(async () => {
  standIn = await StandIn.start();
});
afterEach(() => standIn.close());

async function info(deploymentId: string) {
  const { deploymentInfo } = await standIn.api.send(new GetDeploymentCommand({ deploymentId }));
  return deploymentInfo;
}

async function report(deploymentId: string, status: "Succeeded" | "Failed", index = 0) {
  return standIn.api.send(
    new PutLifecycleEventHookExecutionStatusCommand({
      deploymentId,
      lifecycleEventHookExecutionId: String(standIn.hookEvents[index]?.LifecycleEventHookExecutionId),
      status,
    }),
  );
}

describe("a good canary", () => {
  it("gets 10 % of the traffic, is watched once a minute, and then gets all of it", async () => {
    await standIn.prepare();
    const id = await standIn.deploy();
    const waits = [];
    for (let minute = 0; minute < 5; minute += 1) waits.push(await standIn.clock.next());
    await standIn.step("ended");
    expect(waits).toEqual([1000, 1000, 1000, 1000, 1000]); // 60 times faster
    expect(standIn.routes).toEqual([CANARY, PROMOTED]);
    expect(standIn.steps).toEqual([
      { kind: "created", stable: "6", canary: "7", config: SETTINGS.deploymentConfigName },
      { kind: "shifted", canaryWeight: 0.1 },
      ...Array.from({ length: 5 }, () => ({
        kind: "alarms",
        alarms: [{ name: "errors", state: "OK", value: null, threshold: 2 }],
      })),
      { kind: "shifted", canaryWeight: 1 },
      { kind: "ended", status: "Succeeded", rolledBack: false, reason: "Version 7 has all the traffic." },
    ]);
    expect(await info(id)).toMatchObject({
      status: "Succeeded",
      creator: "user",
      createTime: expect.any(Date),
      completeTime: new Date(standIn.clock.now()),
      revision: { revisionType: "AppSpecContent", appSpecContent: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } },
    });
  });

  it("gets no traffic before the hook has said that it may", async () => {
    await standIn.prepare();
    const id = await standIn.deploy(HOOKS);
    await standIn.step("hook");
    expect(standIn.routes).toEqual([]);
    await waitForHook();
    expect(standIn.hookEvents).toEqual([{ DeploymentId: id, LifecycleEventHookExecutionId: expect.any(String) }]);
    await report(id, "Succeeded");
    await standIn.step("shifted");
    expect(standIn.routes).toEqual([CANARY]);
    await expect(report(id, "Succeeded")).rejects.toMatchObject({ name: "LifecycleEventAlreadyCompletedException" });
  });

  it("gets all of the traffic at once where the configuration says so", async () => {
    await standIn.prepare({ deploymentConfigName: "CodeDeployDefault.LambdaAllAtOnce" });
    await standIn.deploy();
    await standIn.step("ended");
    expect(standIn.routes).toEqual([PROMOTED]);
    expect(standIn.clock.isAwaited).toBe(false);
  });

  it("is not stopped by alarms that are not to be watched", async () => {
    standIn.alarmState("ALARM");
    await standIn.prepare({
      deploymentConfigName: "CodeDeployDefault.LambdaAllAtOnce",
      alarmConfiguration: { enabled: false, alarms: [{ name: "errors" }] },
    });
    await standIn.deploy();
    await standIn.step("ended");
    expect(standIn.steps.at(-1)).toMatchObject({ status: "Succeeded" });
  });
});

it.each([
  ["no list of alarms", { enabled: true }],
  ["an alarm without a name", { enabled: true, alarms: [{}] }],
])("watches nothing where the group has %s", async (_what, alarmConfiguration) => {
  await standIn.prepare({ alarmConfiguration });
  await standIn.deploy();
  for (let minute = 0; minute < 5; minute += 1) await standIn.clock.next();
  await standIn.step("ended");
  expect(standIn.routes).toEqual([CANARY, PROMOTED]);
  expect(standIn.cloudWatch.commandCalls(DescribeAlarmsCommand)).toEqual([]);
});

async function waitForHook(): Promise<void> {
  await until(() => standIn.hookEvents.length > 0 && standIn.clock.isAwaited, 10_000);
}

describe("a bad canary", () => {
  it("loses its traffic when an alarm goes off", async () => {
    await standIn.prepare();
    const id = await standIn.deploy();
    await standIn.clock.next();
    await standIn.step("alarms");
    standIn.faults(3);
    await standIn.clock.next();
    await standIn.step("ended");
    expect(standIn.routes).toEqual([CANARY, BACK]);
    expect(standIn.steps.slice(-3)).toEqual([
      { kind: "alarms", alarms: [{ name: "errors", state: "ALARM", value: 3, threshold: 2 }] },
      { kind: "shifted", canaryWeight: 0 },
      { kind: "ended", status: "Stopped", rolledBack: true, reason: expect.stringContaining("<errors>") },
    ]);
    expect(standIn.cloudWatch.commandCalls(SetAlarmStateCommand).at(-1)?.args[0].input).toMatchObject({
      AlarmName: "errors",
      StateValue: "ALARM",
    });
    const record = await info(id);
    expect(record).toMatchObject({ status: "Stopped", errorInformation: { code: "ALARM_ACTIVE" } });
    const rollback = await info(String(record?.rollbackInfo?.rollbackDeploymentId));
    expect(rollback).toMatchObject({
      status: "Succeeded",
      creator: "codeDeployRollback",
      rollbackInfo: { rollbackTriggeringDeploymentId: id },
    });
  });

  it("gets no traffic when an alarm is active beforehand", async () => {
    standIn.alarmState("ALARM");
    await standIn.prepare();
    const id = await standIn.deploy(HOOKS);
    await standIn.step("ended");
    expect(standIn.routes).toEqual([]);
    expect(standIn.hookEvents).toEqual([]);
    expect((await info(id))?.errorInformation?.code).toBe("ALARM_ACTIVE");
  });

  it("gets no traffic when the hook says no", async () => {
    await standIn.prepare();
    const id = await standIn.deploy(HOOKS);
    await waitForHook();
    await report(id, "Failed");
    await standIn.step("ended");
    expect(standIn.routes).toEqual([]);
    expect(standIn.steps.slice(-2)).toEqual([
      { kind: "hook", status: "Failed" },
      { kind: "ended", status: "Failed", rolledBack: true, reason: expect.stringContaining("CodeDeployHook_release") },
    ]);
    expect((await info(id))?.errorInformation?.code).toBe("HOOK_EXECUTION_FAILURE");
  });

  it("gets no traffic when the hook says nothing for as long as it may run, and a minute", async () => {
    await standIn.prepare();
    const id = await standIn.deploy(HOOKS);
    expect(await standIn.clock.next()).toBe(HOOK_TIMEOUT_S * 1000 + 60_000);
    await standIn.step("ended");
    expect((await info(id))?.errorInformation?.code).toBe("TIMEOUT");
  });

  it("gets no traffic when the hook cannot be run", async () => {
    standIn.lambda.on(InvokeCommand).rejects(new Error("Function not found"));
    await standIn.prepare();
    const id = await standIn.deploy(HOOKS);
    await standIn.step("ended");
    expect((await info(id))?.errorInformation).toMatchObject({
      code: "INVALID_LAMBDA_FUNCTION",
      message: expect.stringContaining("Function not found"),
    });
  });

  it("gets no traffic when the alias cannot be changed", async () => {
    standIn.lambda.on(UpdateAliasCommand).rejects(new Error("no right"));
    await standIn.prepare();
    const id = await standIn.deploy();
    await standIn.step("ended");
    expect(await info(id)).toMatchObject({
      status: "Failed",
      errorInformation: { code: "INTERNAL_ERROR", message: "no right" },
    });
  });

  it.each([
    ["another version", { FunctionVersion: "5" }, "at 5"],
    [
      "several versions",
      { FunctionVersion: "6", RoutingConfig: { AdditionalVersionWeights: { "5": 0.2 } } },
      "several",
    ],
  ])("gets no traffic when the alias was moved to %s by hand", async (_what, alias, said) => {
    standIn.lambda.on(GetAliasCommand).resolves(alias);
    await standIn.prepare();
    const id = await standIn.deploy();
    await standIn.step("ended");
    expect(standIn.routes).toEqual([]);
    expect((await info(id))?.errorInformation?.message).toContain(said);
  });
});

describe("stopping", () => {
  async function stopBaking(settings = {}, autoRollbackEnabled?: boolean): Promise<string> {
    await standIn.prepare(settings);
    const id = await standIn.deploy();
    await standIn.step("shifted");
    const stop = { deploymentId: id, ...(autoRollbackEnabled !== undefined && { autoRollbackEnabled }) };
    expect((await standIn.api.send(new StopDeploymentCommand(stop))).status).toBe("Pending");
    await standIn.step("ended");
    return id;
  }

  it("gives the traffic back where the group rolls back on request", async () => {
    const id = await stopBaking();
    expect(standIn.routes).toEqual([CANARY, BACK]);
    expect(await info(id)).toMatchObject({ status: "Stopped", errorInformation: { code: "MANUAL_STOP" } });
    await expect(standIn.api.send(new StopDeploymentCommand({ deploymentId: id }))).rejects.toMatchObject({
      name: "DeploymentAlreadyCompletedException",
    });
  });

  it.each([
    ["the group wants none", { enabled: false }],
    ["the group does not say", undefined],
  ])("leaves it divided where nobody asks for a rollback: %s", async (_what, autoRollbackConfiguration) => {
    await stopBaking({ autoRollbackConfiguration });
    expect(standIn.routes).toEqual([CANARY]);
    expect(standIn.steps.at(-1)).toMatchObject({ status: "Stopped", rolledBack: false });
  });

  it("gives it back where whoever stops asks for it", async () => {
    await stopBaking({ autoRollbackConfiguration: { enabled: false } }, true);
    expect(standIn.routes).toEqual([CANARY, BACK]);
  });

  it("says so when the traffic cannot be shifted back", async () => {
    standIn.lambda.on(UpdateAliasCommand).resolvesOnce({}).rejects(new Error("no right"));
    await stopBaking();
    expect(standIn.steps.at(-1)).toMatchObject({
      rolledBack: false,
      reason: expect.stringContaining("could not be shifted back: no right"),
    });
  });

  it("drops what runs when the stand-in closes, and sends nothing more", async () => {
    await standIn.prepare();
    await standIn.deploy();
    await standIn.step("shifted");
    await standIn.close();
    expect(standIn.clock.isAwaited).toBe(false);
    expect(standIn.steps.at(-1)).toEqual({ kind: "shifted", canaryWeight: 0.1 });
  });
});

describe("alarms that cannot be read", () => {
  beforeEach(() => standIn.cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [] }));

  it("end the deployment, naming them", async () => {
    await standIn.prepare();
    const id = await standIn.deploy();
    await standIn.step("ended");
    expect((await info(id))?.errorInformation?.message).toBe("The alarms could not be read: there is no alarm errors");
  });

  it("are passed over where the group says so", async () => {
    await standIn.prepare({ alarmConfiguration: { ...SETTINGS.alarmConfiguration, ignorePollAlarmFailure: true } });
    await standIn.deploy();
    for (let minute = 0; minute < 5; minute += 1) await standIn.clock.next();
    await standIn.step("ended");
    expect(standIn.routes).toEqual([CANARY, PROMOTED]);
  });
});
