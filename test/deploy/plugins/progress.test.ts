import {
  CloudFormationClient,
  ListStackResourcesCommand,
  type ResourceStatus,
  type StackResourceSummary,
} from "@aws-sdk/client-cloudformation";
import { GetAliasCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { mockClient } from "aws-sdk-client-mock";
import { ProgressPlugin } from "../../../deploy/plugins/progress";
import { until } from "../../until";
import { type Given, makeService } from "./service";

const [cloudFormation, lambda] = [mockClient(CloudFormationClient), mockClient(LambdaClient)];
const ALIAS = "PredictLambdaFunctionAliaslive";
let begun: ProgressPlugin[] = [];

beforeEach(() => {
  cloudFormation.reset();
  lambda.reset();
  process.env["SLS_AWS_MONITORING_FREQUENCY"] = "1";
  process.env["CI"] = "true";
});
afterEach(() => {
  for (const plugin of begun) plugin.hooks.error();
  begun = [];
  delete process.env["SLS_AWS_MONITORING_FREQUENCY"];
  delete process.env["CI"];
  Object.assign(process.stdin, { isTTY: undefined });
  Object.assign(process.stdout, { isTTY: undefined });
});

/** @param day - When it changed last. */
function resource(LogicalResourceId: string, ResourceStatus: ResourceStatus, day = 1): StackResourceSummary {
  const at = { LastUpdatedTimestamp: new Date(day), PhysicalResourceId: LogicalResourceId, ResourceType: "AWS::X::Y" };
  return { LogicalResourceId, ResourceStatus, ...at };
}

/** What CloudFormation says at one look after the other; the last one stays. */
function looks(...each: readonly (readonly StackResourceSummary[])[]): void {
  const mock = cloudFormation.on(ListStackResourcesCommand);
  for (const StackResourceSummaries of each) mock.resolvesOnce({ StackResourceSummaries: [...StackResourceSummaries] });
  mock.resolves({ StackResourceSummaries: [...(each.at(-1) ?? [])] });
}

async function follow(given: Given = {}) {
  const [shown, logged, removed]: [string[], string[], string[]] = [[], [], []];
  const progress = {
    get: (name: string) => ({
      notice: (text: string) => shown.push(text),
      remove: () => removed.push(name),
    }),
  };
  const log = { notice: (text: string) => logged.push(text), warning: () => undefined };
  const plugin = new ProgressPlugin(makeService(given), {}, { progress, log });
  begun.push(plugin);
  await plugin.hooks["before:aws:deploy:deploy:updateStack"]();
  return { plugin, shown, logged, removed };
}

describe("a deployment's progress", () => {
  it("counts the resources of a first one, and names those that it waits for", async () => {
    const made = ["A", "B"].map((name) => resource(name, "CREATE_COMPLETE"));
    looks([...made, ...["C", "D", "E"].map((name) => resource(name, "CREATE_IN_PROGRESS"))]);
    const { shown } = await follow({ resources: 9 });
    await until(() => shown.includes("CloudFormation: 2 of 9 resources; waiting for C, D and 1 more"), 5_000);
  });

  it("counts what a later one has changed", async () => {
    const before = [
      resource(ALIAS, "CREATE_COMPLETE"),
      resource("A", "CREATE_COMPLETE"),
      resource("B", "CREATE_COMPLETE"),
    ];
    looks(before, [
      resource(ALIAS, "CREATE_COMPLETE"),
      resource("A", "UPDATE_COMPLETE", 2),
      resource("B", "CREATE_COMPLETE"),
    ]);
    lambda.on(GetAliasCommand).resolves({ FunctionVersion: "3" });
    const { shown } = await follow();
    await until(() => shown.includes("CloudFormation: 1 resources changed"), 5_000);
  });

  it("shows the release: who has which share of the traffic", async () => {
    looks([resource(ALIAS, "UPDATE_IN_PROGRESS")]);
    lambda
      .on(GetAliasCommand, { FunctionName: "serin-prod-predict", Name: "live" })
      .resolvesOnce({ FunctionVersion: "3" })
      .resolves({ FunctionVersion: "3", RoutingConfig: { AdditionalVersionWeights: { "4": 0.1 } } });
    const { shown } = await follow();
    await until(() => shown.some((text) => text.includes("version 4 has 10 % of the traffic")), 5_000);
    expect(shown[0]).toContain("version 3 has all traffic");
  });

  it("says when CloudFormation puts everything back", async () => {
    looks([resource("A", "UPDATE_FAILED"), resource("B", "DELETE_IN_PROGRESS")]);
    const { shown } = await follow();
    await until(() => shown.includes("CloudFormation: rolling back; waiting for B"), 5_000);
  });

  it("outlives a look that is throttled", async () => {
    cloudFormation.on(ListStackResourcesCommand).rejectsOnce(new Error("Throttling")).resolves({});
    const { shown } = await follow({ resources: 1 });
    await until(() => shown.includes("CloudFormation: 0 of 1 resources"), 5_000);
  });

  it("goes away when the stack is done", async () => {
    looks([]);
    const { plugin, shown, removed } = await follow();
    await until(() => shown.length > 0, 5_000);
    plugin.hooks["after:aws:deploy:deploy:updateStack"]();
    expect(removed).toEqual(["stack"]);
  });

  it("is not looked for when nothing is deployed", async () => {
    await follow({ shouldNotDeploy: true });
    expect(cloudFormation.calls()).toHaveLength(0);
  });
});

describe("without a terminal", () => {
  it("a log has a line for each phase, not for each look", async () => {
    looks([resource("A", "CREATE_IN_PROGRESS")], [resource("A", "CREATE_COMPLETE")], [resource("A", "CREATE_FAILED")]);
    const { plugin, logged } = await follow({ resources: 2 });
    plugin.hooks["before:package:initialize"]();
    await until(() => logged.some((line) => line.includes("rolling back")), 5_000);
    expect(logged.filter((line) => line.startsWith("CloudFormation: 0 of 2"))).toHaveLength(1);
    expect(logged).not.toContainEqual(expect.stringContaining("1 of 2"));
    expect(logged).toContain("Packaging");
  });

  it("packaging alone says nothing", async () => {
    const { plugin, logged } = await follow({ command: "package", shouldNotDeploy: true });
    plugin.hooks["before:package:initialize"]();
    expect(logged).toEqual([]);
  });

  it.each([[""], ["false"], [undefined]])("is what CI=%j is not, when there is one", async (ci) => {
    if (ci === undefined) delete process.env["CI"];
    else process.env["CI"] = ci;
    Object.assign(process.stdin, { isTTY: true });
    Object.assign(process.stdout, { isTTY: true });
    const { plugin, logged } = await follow({ shouldNotDeploy: false });
    plugin.hooks["after:aws:deploy:deploy:checkForChanges"]();
    expect(logged).toEqual([]);
  });
});
