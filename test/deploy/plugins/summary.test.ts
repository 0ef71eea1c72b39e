import {
  CloudFormationClient,
  DescribeStacksCommand,
  type Output,
  type Stack,
  type StackStatus,
} from "@aws-sdk/client-cloudformation";
import { mockClient } from "aws-sdk-client-mock";
import { SummaryPlugin } from "../../../deploy/plugins/summary";
import { type Given, makeService, makeToolkit } from "./service";

const cloudFormation = mockClient(CloudFormationClient);
beforeEach(() => {
  cloudFormation.reset();
  process.env["SLS_AWS_MONITORING_FREQUENCY"] = "1";
});
afterEach(() => delete process.env["SLS_AWS_MONITORING_FREQUENCY"]);

const outputs = (values: Readonly<Record<string, string>>): Output[] =>
  Object.entries(values).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));
const stack = (StackStatus: StackStatus, values: Readonly<Record<string, string>> = {}): Stack => ({
  StackName: "serin-prod",
  CreationTime: new Date(0),
  StackStatus,
  Outputs: outputs(values),
});

const ALL = {
  HttpApiUrl: "https://api.example.com",
  LiveVersion: "4",
  ModelVersion: "0123456789ab",
  UserPoolId: "pool-1",
  MachineClientId: "client-1",
  TokenUrl: "https://tokens.example.com/oauth2/token",
  DashboardUrl: "https://dashboard.example.com",
};

async function summary(values: Readonly<Record<string, string>>, given: Given = {}) {
  cloudFormation.on(DescribeStacksCommand).resolves({ Stacks: [stack("UPDATE_COMPLETE", values)] });
  const sections = new Map<string, string>();
  const service = makeService(given);
  const add = (name: string, content: string | string[]) => void sections.set(name, [content].flat().join("\n"));
  const plugin = new SummaryPlugin({ ...service, addServiceOutputSection: add }, {}, makeToolkit());
  await plugin.hooks["after:deploy:deploy"]();
  return sections;
}

describe("a deployment ends with", () => {
  it("where everything is, a call that can be pasted, and what to do next", async () => {
    const sections = await summary(ALL);
    expect(sections.get("live")).toBe("version 4, model 0123456789ab");
    expect(sections.get("user pool")).toBe("pool-1");
    expect(sections.get("token URL")).toBe(ALL.TokenUrl);
    expect(sections.get("dashboard")).toBe(ALL.DashboardUrl);
    expect(sections.get("first call")).toContain(
      'curl -s https://api.example.com/predict -H "authorization: Bearer $TOKEN"',
    );
    expect(sections.get("first call")).toContain("--user-pool-id pool-1 --client-id client-1");
    expect(sections.get("next")).toContain("npm run rollback -- --stage prod --region eu-west-1");
  });

  it("no --region where that is the default one", async () => {
    expect((await summary(ALL, { region: "us-east-1" })).get("next")).not.toContain("--region");
  });

  it.each<[readonly string[], string]>([
    [[], 'NOBODY. Deploy with --param="alarmEmail=you@example.com"'],
    [["alarmEmail=ops@example.com"], "ops@example.com (once the subscription"],
    [["slackWorkspace=T0123ABCD", "slackChannel=C0123ABCD"], "Slack channel C0123ABCD"],
  ])("who is told of alarms, given %j", async (param, told) => {
    expect((await summary(ALL, { param })).get("alarms go to")).toContain(told);
  });

  it("nothing about what the stack does not have", async () => {
    const sections = await summary({});
    expect([...sections.keys()]).toEqual(["live", "alarms go to", "first call", "next"]);
  });
});

describe("a deployment that failed ends with", () => {
  async function end(error: unknown, ...stacks: readonly (Stack | undefined)[]): Promise<unknown> {
    const mock = cloudFormation.on(DescribeStacksCommand);
    for (const each of stacks) mock.resolvesOnce({ Stacks: each ? [each] : [] });
    const plugin = new SummaryPlugin(makeService(), {}, makeToolkit());
    plugin.hooks["before:aws:deploy:deploy:updateStack"]();
    await plugin.hooks.error(error);
    return Object(error).decoratedMessage;
  }

  it("the reason, and what is live once CloudFormation has put everything back", async () => {
    const live = { LiveVersion: "3" };
    const shown = await end(
      Object.assign(new Error("An error occurred"), { decoratedMessage: "UPDATE_FAILED: Alarm" }),
      stack("UPDATE_ROLLBACK_IN_PROGRESS", live),
      stack("UPDATE_ROLLBACK_COMPLETE", live),
    );
    expect(shown).toMatch(/^UPDATE_FAILED: Alarm\n\nEverything was put back: version 3 answers as before/);
    expect(shown).toContain("`npx sls deploy --stage prod --region eu-west-1` again");
  });

  it("what is left of a first one", async () => {
    const shown = await end(new Error("no"), stack("UPDATE_ROLLBACK_COMPLETE"));
    expect(shown).toMatch(/^no\n\nEverything was put back: .* only the deployment bucket is left/);
  });

  it.each([
    [stack("UPDATE_ROLLBACK_FAILED"), "UPDATE_ROLLBACK_FAILED"],
    [undefined, "in an unknown state"],
  ])("the stack's state where that is another", async (left, state) => {
    expect(await end(new Error("no"), left)).toContain(`Stack serin-prod is ${state}`);
  });

  it("its reason at least when AWS cannot be asked", async () => {
    cloudFormation.on(DescribeStacksCommand).rejects(new Error("offline"));
    expect(await end(new Error("no"))).toMatch(/^no\n\nStack serin-prod is in an unknown state/);
  });

  it("nothing more when it is no error that osls shows", async () => {
    expect(await end("text")).toBeUndefined();
  });

  it("nothing more when the stack had not been touched, or was done", async () => {
    const error = new Error("a wrong parameter");
    const plugin = new SummaryPlugin(makeService(), {}, makeToolkit());
    await plugin.hooks.error(error);
    plugin.hooks["before:aws:deploy:deploy:updateStack"]();
    plugin.hooks["after:aws:deploy:deploy:updateStack"]();
    await plugin.hooks.error(error);
    expect(error).not.toHaveProperty("decoratedMessage");
    expect(cloudFormation.calls()).toHaveLength(0);
  });
});
