import { DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import {
  BatchGetDeploymentsCommand,
  GetApplicationRevisionCommand,
  ListDeploymentsCommand,
} from "@aws-sdk/client-codedeploy";
import { GetAliasCommand, ListVersionsByFunctionCommand } from "@aws-sdk/client-lambda";
import { GetParametersByPathCommand } from "@aws-sdk/client-ssm";
import { readHistory } from "../../../deploy/release/history";
import { historyText } from "../../../deploy/release/history-text";
import { ARN, awsError, World } from "./world";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.restore());

const remember = (name: string, record: object) =>
  world.store.set(`/serin/prod/releases/${name}`, JSON.stringify(record));

it("tells what is live, each release with its verdict, what was done by hand, and the models", async () => {
  world.model("model-a");
  world.model("model-b");
  world.store.set("/serin/prod/models/active-version", "model-b").set("/serin/prod/models/previous-version", "model-a");
  world.release({ from: "1", to: "2" });
  world.release({ from: "2", to: "3", status: "Failed", message: "hook failed" });
  world.release({ from: "2", to: "3", status: "Stopped", message: "Alarms: serin-prod-canary-errors-3." });
  world.release({ from: "3", to: "2", creator: "codeDeployRollback" });
  world.release({ from: "2", to: "3", status: "InProgress" });
  remember("d-1", { deploymentId: "d-1", verdict: "pass", outcome: "Succeeded", reasons: [] });
  remember("d-2", { deploymentId: "d-2", verdict: "fail", outcome: "Failed", reasons: ["p95 is 1.6 x", "errors 4 %"] });
  remember("d-3", { deploymentId: "d-3", verdict: "pass", outcome: "Succeeded", reasons: [] });
  remember("rollback-x", {
    kind: "rollback",
    who: ARN,
    why: "slow",
    when: "2026-01-03T13:00:00.000Z",
    from: "3",
    to: "2",
    outcome: "done",
  });
  world.store.set("/serin/prod/releases/broken", "{");
  world.alias = { version: "2", weights: { 3: 0.1 } };
  expect(historyText(await readHistory(world.stage, 10))).toBe(`Stage prod, stack UPDATE_COMPLETE
Live:   version 2 (model model-b), 90 % of the traffic
Canary: version 3 (model model-b), 10 % of the traffic

when (UTC)        versions  what           qualification  why
2026-01-05 12:00  2 -> 3    running        none
2026-01-03 13:00  3 -> 2    rollback done                 ${ARN}: slow
2026-01-03 12:00  2 -> 3    rolled back    pass           alarm serin-prod-canary-errors-3
2026-01-02 12:00  2 -> 3    rolled back    fail           p95 is 1.6 x; errors 4 %
2026-01-01 12:00  1 -> 2    promoted       pass

model    state     source   uploaded (UTC)
model-a  previous  trained  2026-01-01 00:00
model-b  active    trained  2026-01-01 00:00`);
});

it("keeps to the newest releases that are asked for", async () => {
  for (const to of ["2", "3", "4"]) world.release({ from: String(Number(to) - 1), to });
  const { events } = await readHistory(world.stage, 2);
  expect(events.map(({ to }) => to)).toEqual(["4", "3"]);
});

it("says so where there is nothing yet", async () => {
  const text = historyText(await readHistory(world.stage, 10));
  expect(text).toContain("No releases yet");
  expect(text).toContain("No models are registered.");
});

it("names the region of a stage that is not deployed", async () => {
  world.cloudFormation
    .on(DescribeStacksCommand)
    .rejects(awsError("ValidationError", "Stack with id serin-prod does not exist"));
  await expect(readHistory(world.stage, 10)).rejects.toThrow(
    "Stage prod is not deployed in us-east-1; run `npx sls deploy --stage prod`",
  );
});

it("says what to do where the alias is missing", async () => {
  world.lambda.on(GetAliasCommand).rejects(awsError("ResourceNotFoundException"));
  await expect(readHistory(world.stage, 10)).rejects.toThrow(
    "serin-prod-predict has no alias live: run `npx sls deploy",
  );
});

describe("of answers that leave fields out", () => {
  it("takes a list that is missing for an empty one", async () => {
    world.cloudFormation.on(DescribeStacksCommand).callsFake(() => ({ Stacks: [{}] }));
    world.codeDeploy.on(ListDeploymentsCommand).resolves({});
    world.lambda.on(GetAliasCommand).resolves({}).on(ListVersionsByFunctionCommand).resolves({});
    world.ssm.on(GetParametersByPathCommand).resolves({});
    await expect(readHistory(world.stage, 10)).resolves.toEqual({
      stage: "prod",
      stackStatus: "unknown",
      live: { version: "$LATEST", model: "unknown", endpoint: "unknown", weight: 1 },
      canary: null,
      events: [],
      models: [],
    });
  });

  it("leaves out deployments that CodeDeploy lists but does not describe", async () => {
    world.release({ from: "2", to: "3" });
    world.codeDeploy.on(BatchGetDeploymentsCommand).resolves({});
    await expect(readHistory(world.stage, 10)).resolves.toMatchObject({ events: [] });
  });

  it("leaves out parameters without a name or a value", async () => {
    world.ssm.on(GetParametersByPathCommand).resolves({ Parameters: [{}] });
    await expect(readHistory(world.stage, 10)).resolves.toMatchObject({ events: [], models: [] });
  });

  it("shows a version whose environment names no model", async () => {
    world.lambda.on(ListVersionsByFunctionCommand).resolves({ Versions: [{}, { Version: "3" }] });
    const { live } = await readHistory(world.stage, 10);
    expect(live).toEqual({ version: "3", model: "", endpoint: "", weight: 1 });
  });

  it("puts a deployment without a time last", async () => {
    world.release({ from: "1", to: "2" });
    world.release({ from: "2", to: "3" });
    Object.assign(world.deployments[1] ?? {}, { createTime: undefined });
    const { events } = await readHistory(world.stage, 10);
    expect(events.map(({ to, at }) => [to, at])).toEqual([
      ["2", "2026-01-01T12:00:00.000Z"],
      ["3", "1970-01-01T00:00:00.000Z"],
    ]);
  });

  it("gives CodeDeploy's status as the reason of a rollback that it says nothing about", async () => {
    world.release({ from: "2", to: "3", status: "Stopped" });
    const { events } = await readHistory(world.stage, 10);
    expect(events).toMatchObject([{ outcome: "rolled back", reason: "CodeDeploy: Stopped" }]);
  });
});

describe("the versions of a deployment", () => {
  const shift = (from: string, to: string) => JSON.stringify({ CurrentVersion: from, TargetVersion: to });
  beforeEach(() => world.release({ from: "2", to: "3" }));

  it.each<[string, object]>([
    ["AppSpec", { appSpecContent: { content: shift("1", "2") } }],
    ["older string", { string: { content: shift("1", "2") } }],
  ])("are read from an %s that it holds itself", async (_, revision) => {
    Object.assign(world.deployments[0] ?? {}, { revision });
    const { events } = await readHistory(world.stage, 10);
    expect(events).toMatchObject([{ from: "1", to: "2" }]);
    expect(world.codeDeploy.commandCalls(GetApplicationRevisionCommand)).toHaveLength(0);
  });

  it.each<[string, object]>([
    ["has no revision", { revision: undefined }],
    ["has no id", { deploymentId: undefined }],
    ["shifts to the same version", { revision: { string: { content: shift("2", "2") } } }],
    ["names no target", { revision: { string: { content: '{"CurrentVersion":"2"}' } } }],
  ])("decide whether it is shown: not when it %s", async (_, change) => {
    const info = { ...world.deployments[0], ...change };
    world.codeDeploy.on(BatchGetDeploymentsCommand).resolves({ deploymentsInfo: [info] });
    await expect(readHistory(world.stage, 10)).resolves.toMatchObject({ events: [] });
  });

  it.each(["RevisionDoesNotExistException", "ResourceNotFoundException"])(
    "may be forgotten by AWS, as it says by %s",
    async (name) => {
      world.codeDeploy.on(GetApplicationRevisionCommand).rejects(awsError(name));
      await expect(readHistory(world.stage, 10)).resolves.toMatchObject({ events: [] });
    },
  );

  it("are not taken for forgotten where AWS refuses to tell them", async () => {
    world.codeDeploy.on(GetApplicationRevisionCommand).rejects(awsError("ThrottlingException"));
    await expect(readHistory(world.stage, 10)).rejects.toThrow("ThrottlingException");
  });
});

it("takes an empty description for a stage that is not deployed", async () => {
  world.cloudFormation.on(DescribeStacksCommand).resolves({ Stacks: [] });
  await expect(readHistory(world.stage, 10)).rejects.toThrow("Stage prod is not deployed in us-east-1");
});

it("does not take a refusal for a stage or an alias that is missing", async () => {
  world.lambda.on(GetAliasCommand).rejects(awsError("TooManyRequestsException"));
  await expect(readHistory(world.stage, 10)).rejects.toThrow("TooManyRequestsException");
  world.cloudFormation.on(DescribeStacksCommand).rejects(awsError("Throttling", "Rate exceeded"));
  await expect(readHistory(world.stage, 10)).rejects.toThrow("Rate exceeded");
});

it("names metadata of a model that is JSON of another form", async () => {
  world.store.set("/serin/prod/models/versions/model-a/metadata", "{}");
  await expect(readHistory(world.stage, 10)).rejects.toThrow(
    "Parameter /serin/prod/models/versions/model-a/metadata is not a model's metadata",
  );
});
