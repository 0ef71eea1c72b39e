// CodeDeploy's records through its API: what can be made, found and refused.
import {
  BatchGetDeploymentsCommand,
  CodeDeployClient,
  CreateApplicationCommand,
  CreateDeploymentCommand,
  CreateDeploymentGroupCommand,
  DeleteApplicationCommand,
  DeleteDeploymentGroupCommand,
  GetApplicationRevisionCommand,
  GetDeploymentCommand,
  GetDeploymentGroupCommand,
  ListDeploymentConfigsCommand,
  ListDeploymentsCommand,
  PutLifecycleEventHookExecutionStatusCommand,
  StopDeploymentCommand,
  UpdateDeploymentGroupCommand,
} from "@aws-sdk/client-codedeploy";
import { clientConfig } from "../../../../deploy/local/aws";
import { startCodeDeploy } from "../../../../deploy/local/codedeploy/server";
import { appSpec, GROUP, SETTINGS, StandIn } from "./stand-in";

let standIn: StandIn;
beforeEach(async () => {
  standIn = await StandIn.start();
});
afterEach(() => standIn.close());

const ALL_AT_ONCE = { deploymentConfigName: "CodeDeployDefault.LambdaAllAtOnce" };

async function deployed(): Promise<string> {
  const before = standIn.events.length;
  const id = await standIn.deploy();
  await standIn.step("ended");
  standIn.events.splice(before);
  return id;
}

describe("deployment groups", () => {
  it("are made, changed, renamed and deleted", async () => {
    await standIn.prepare();
    const change = { ...ALL_AT_ONCE, newDeploymentGroupName: "renamed" };
    await standIn.api.send(
      new UpdateDeploymentGroupCommand({ applicationName: "app", currentDeploymentGroupName: "group", ...change }),
    );
    const renamed = { applicationName: "app", deploymentGroupName: "renamed" };
    const { deploymentGroupInfo } = await standIn.api.send(new GetDeploymentGroupCommand(renamed));
    expect(deploymentGroupInfo).toMatchObject({ ...SETTINGS, ...ALL_AT_ONCE, ...renamed, computePlatform: "Lambda" });
    await standIn.api.send(new DeleteDeploymentGroupCommand(renamed));
    await expect(standIn.api.send(new GetDeploymentGroupCommand(renamed))).rejects.toMatchObject({
      name: "DeploymentGroupDoesNotExistException",
    });
  });

  it("keep what a change does not name", async () => {
    await standIn.prepare();
    const alarmConfiguration = { enabled: false };
    await standIn.api.send(
      new UpdateDeploymentGroupCommand({
        applicationName: "app",
        currentDeploymentGroupName: "group",
        alarmConfiguration,
      }),
    );
    const { deploymentGroupInfo } = await standIn.api.send(new GetDeploymentGroupCommand(GROUP));
    expect(deploymentGroupInfo).toMatchObject({ ...SETTINGS, alarmConfiguration });
  });

  it("have names of their own in applications that have names of their own", async () => {
    await standIn.prepare();
    await expect(standIn.prepare()).rejects.toMatchObject({ name: "ApplicationAlreadyExistsException" });
    await expect(standIn.api.send(new CreateDeploymentGroupCommand(SETTINGS))).rejects.toMatchObject({
      name: "DeploymentGroupAlreadyExistsException",
    });
    await standIn.api.send(new DeleteApplicationCommand({ applicationName: "app" }));
    await expect(standIn.api.send(new GetDeploymentGroupCommand(GROUP))).rejects.toMatchObject({
      name: "ApplicationDoesNotExistException",
    });
  });

  it("name a configuration that there is", async () => {
    const unknown = { deploymentConfigName: "CodeDeployDefault.LambdaCanary10Percent7Minutes" };
    await expect(standIn.prepare(unknown)).rejects.toMatchObject({ name: "DeploymentConfigDoesNotExistException" });
  });
});

describe("deployments", () => {
  it("are listed newest first, by application, group and status", async () => {
    await standIn.prepare(ALL_AT_ONCE);
    const ids = [await deployed(), await deployed()];
    const list = async (input: object) => (await standIn.api.send(new ListDeploymentsCommand(input))).deployments;
    expect(await list(GROUP)).toEqual([...ids].reverse());
    expect(await list({})).toEqual([...ids].reverse());
    expect(await list({ ...GROUP, deploymentGroupName: "another" })).toEqual([]);
    expect(await list({ ...GROUP, includeOnlyStatuses: ["Failed"] })).toEqual([]);
    await expect(list({ applicationName: "another" })).rejects.toMatchObject({
      name: "ApplicationDoesNotExistException",
    });
    const { deploymentsInfo } = await standIn.api.send(new BatchGetDeploymentsCommand({ deploymentIds: ids }));
    expect(deploymentsInfo?.map(({ deploymentId }) => deploymentId)).toEqual(ids);
  });

  it("are given 25 at a time", async () => {
    const deploymentIds = Array.from({ length: 26 }, (_, index) => `d-${index}`);
    const ask = (ids: string[]) => standIn.api.send(new BatchGetDeploymentsCommand({ deploymentIds: ids }));
    await expect(ask(deploymentIds)).rejects.toMatchObject({ name: "BatchLimitExceededException" });
    expect((await ask(deploymentIds.slice(1))).deploymentsInfo).toEqual([]);
  });

  it("can have another configuration than their group, and no hooks", async () => {
    await standIn.prepare();
    const { Resources } = JSON.parse(appSpec());
    const revision = {
      revisionType: "AppSpecContent",
      appSpecContent: { content: JSON.stringify({ Resources }) },
    } as const;
    await standIn.api.send(new CreateDeploymentCommand({ ...GROUP, ...ALL_AT_ONCE, revision }));
    await standIn.step("ended");
    expect(standIn.routes).toEqual([["7", {}]]);
    expect(standIn.steps[0]).toMatchObject({ kind: "created", config: ALL_AT_ONCE.deploymentConfigName });
  });

  it("keep their AppSpec as a revision", async () => {
    await standIn.prepare(ALL_AT_ONCE);
    const deploymentId = await deployed();
    const { deploymentInfo } = await standIn.api.send(new GetDeploymentCommand({ deploymentId }));
    expect(deploymentInfo?.revision?.appSpecContent?.content).toBeUndefined(); // as on AWS
    const asked = { applicationName: "app", revision: deploymentInfo?.revision };
    const { revision } = await standIn.api.send(new GetApplicationRevisionCommand(asked));
    expect(revision?.appSpecContent?.content).toBe(appSpec());
    const other = { revisionType: "AppSpecContent", appSpecContent: { sha256: "0" } } as const;
    await expect(
      standIn.api.send(new GetApplicationRevisionCommand({ applicationName: "app", revision: other })),
    ).rejects.toMatchObject({ name: "RevisionDoesNotExistException" });
  });

  it("run one at a time in a group", async () => {
    await standIn.prepare();
    const id = await standIn.deploy();
    await expect(standIn.deploy()).rejects.toMatchObject({
      name: "DeploymentLimitExceededException",
      message: `The Deployment Group 'group' already has an active Deployment '${id}'`,
    });
  });

  it("that are not known are refused", async () => {
    const refusal = { name: "DeploymentDoesNotExistException" };
    const deploymentId = "d-NOBODY";
    const hook = { deploymentId, lifecycleEventHookExecutionId: "x", status: "Succeeded" } as const;
    await expect(standIn.api.send(new GetDeploymentCommand({ deploymentId }))).rejects.toMatchObject(refusal);
    await expect(standIn.api.send(new StopDeploymentCommand({ deploymentId }))).rejects.toMatchObject(refusal);
    await expect(standIn.api.send(new PutLifecycleEventHookExecutionStatusCommand(hook))).rejects.toMatchObject(
      refusal,
    );
  });

  it("take no report of another hook, and none that is no end", async () => {
    await standIn.prepare();
    const deploymentId = await standIn.deploy();
    const report = { deploymentId, lifecycleEventHookExecutionId: "x" };
    const put = (status: "Succeeded" | "Pending") =>
      standIn.api.send(new PutLifecycleEventHookExecutionStatusCommand({ ...report, status }));
    await expect(put("Succeeded")).rejects.toMatchObject({ name: "InvalidLifecycleEventHookExecutionIdException" });
    await expect(put("Pending")).rejects.toMatchObject({ name: "InvalidLifecycleEventHookExecutionStatusException" });
  });

  it.each([
    ["is no JSON", "version: 0.0"],
    ["names two functions", JSON.stringify({ Resources: [{}, {}] })],
    ["names no version", JSON.stringify({ Resources: [{ live: { Type: "AWS::Lambda::Function", Properties: {} } }] })],
    ["has an unknown hook", appSpec([{ BeforeInstall: "x" }])],
  ])("are refused when their AppSpec %s", async (_what, content) => {
    await standIn.prepare();
    await expect(standIn.deploy([], content)).rejects.toMatchObject({ name: "InvalidRevisionException" });
  });
});

describe("the API", () => {
  it("says what is wrong with an input", async () => {
    await expect(
      standIn.api.send(new CreateApplicationCommand({ applicationName: "app", computePlatform: "ECS" })),
    ).rejects.toMatchObject({ name: "ValidationException", message: expect.stringContaining("computePlatform") });
  });

  it.each([
    ["a body that is no JSON", "application/x-amz-json-1.1", 400, "SerializationException"],
    ["a content type that is not the protocol's", "text/xml", 500, "InternalFailure"],
  ])("refuses %s", async (_what, contentType, status, type) => {
    const { url, close } = await startCodeDeploy({ awsUrl: () => "http://127.0.0.1:1", timeScale: 1 });
    try {
      const response = await fetch(url, { method: "POST", headers: { "content-type": contentType }, body: "{" });
      expect(response.status).toBe(status);
      expect(await response.json()).toMatchObject({ __type: type });
    } finally {
      await close();
    }
  });

  it("asks how fast time runs at each deployment, and says when that fails", async () => {
    const timeScale = () => {
      throw new Error("nobody knows the time");
    };
    const { url, close } = await startCodeDeploy({ awsUrl: () => "http://127.0.0.1:1", timeScale });
    try {
      const api = new CodeDeployClient({ ...clientConfig(url), maxAttempts: 1 });
      await api.send(new CreateApplicationCommand({ applicationName: "app" }));
      await api.send(new CreateDeploymentGroupCommand(SETTINGS));
      const revision = { revisionType: "AppSpecContent", appSpecContent: { content: appSpec() } } as const;
      await expect(api.send(new CreateDeploymentCommand({ ...GROUP, revision }))).rejects.toMatchObject({
        name: "InternalFailure",
        message: "nobody knows the time",
      });
    } finally {
      await close();
    }
  });

  it("names what it does not do", async () => {
    await expect(standIn.api.send(new ListDeploymentConfigsCommand())).rejects.toMatchObject({
      name: "UnknownOperationException",
      message: expect.stringContaining("ListDeploymentConfigs"),
    });
  });
});
