import { CloudFormationClient, DescribeStacksCommand, type Stack } from "@aws-sdk/client-cloudformation";
import { ApplicationDoesNotExistException, CodeDeployClient, ListDeploymentsCommand } from "@aws-sdk/client-codedeploy";
import {
  type AliasConfiguration,
  GetAliasCommand,
  LambdaClient,
  ResourceNotFoundException,
} from "@aws-sdk/client-lambda";
import { DeleteParametersCommand, GetParametersByPathCommand, SSMClient } from "@aws-sdk/client-ssm";
import { mockClient } from "aws-sdk-client-mock";
import { ReleasePlugin } from "../../../deploy/plugins/release";
import { type Given, makeService, makeToolkit } from "./service";

const cloudFormation = mockClient(CloudFormationClient);
const codeDeploy = mockClient(CodeDeployClient);
const lambda = mockClient(LambdaClient);
const ssm = mockClient(SSMClient);

beforeEach(() => {
  for (const mock of [cloudFormation, codeDeploy, lambda, ssm]) mock.reset();
  codeDeploy.on(ListDeploymentsCommand).resolves({ deployments: [] });
});

const failure = (name: string, message: string) => Object.assign(new Error(message), { name });

function stack(given: Partial<Stack>): void {
  const common = { StackName: "serin-prod", CreationTime: new Date(0), StackStatus: "UPDATE_COMPLETE" } as const;
  cloudFormation.on(DescribeStacksCommand, { StackName: "serin-prod" }).resolves({ Stacks: [{ ...common, ...given }] });
}
const noStack = () =>
  cloudFormation
    .on(DescribeStacksCommand)
    .rejects(failure("ValidationError", "Stack with id serin-prod does not exist"));
const liveVersion = (OutputValue: string): Partial<Stack> => ({ Outputs: [{ OutputKey: "LiveVersion", OutputValue }] });

function alias(given: AliasConfiguration): void {
  lambda.on(GetAliasCommand, { FunctionName: "serin-prod-predict", Name: "live" }).resolves(given);
}
const noAlias = () => lambda.on(GetAliasCommand).rejects(new ResourceNotFoundException({ $metadata: {}, message: "" }));

/** Goes through a deployment's hooks as osls does. */
async function deploy(given: Given = {}) {
  const serverless = makeService(given);
  const toolkit = makeToolkit();
  const { hooks } = new ReleasePlugin(serverless, {}, toolkit);
  const { provider } = serverless.service;
  await hooks["before:aws:deploy:deploy:createStack"]();
  const whenCreated = provider.stackParameters;
  hooks["after:aws:deploy:deploy:checkForChanges"]();
  hooks["before:aws:deploy:deploy:updateStack"]();
  const parameters = provider.stackParameters?.map(({ ParameterKey, ParameterValue }) => [
    ParameterKey,
    ParameterValue,
  ]);
  return { parameters: Object.fromEntries(parameters ?? []), whenCreated, provider, notices: toolkit.notices };
}

describe("a release", () => {
  it("is compared with the version that GetAlias answers, and takes back an earlier rollback", async () => {
    stack(liveVersion("6"));
    alias({ FunctionVersion: "6" });
    const { parameters } = await deploy();
    expect(parameters).toEqual({
      Release: "canary",
      StableVersion: "6",
      LiveVersion: "none",
      LiveModel: "none",
      LivePreviousModel: "none",
    });
  });

  it("tells the stack who is told of alarms, each time anew", async () => {
    stack(liveVersion("6"));
    alias({ FunctionVersion: "6" });
    const { parameters } = await deploy({ notifications: { AlarmEmail: "", SlackChannel: "C0123ABCD" } });
    expect(parameters).toMatchObject({ AlarmEmail: "NONE", SlackChannel: "C0123ABCD" });
  });

  it("is compared with nothing on the first deployment", async () => {
    noStack();
    noAlias();
    const { parameters, whenCreated } = await deploy();
    expect(parameters).toMatchObject({ StableVersion: "none" });
    expect(whenCreated).toBeUndefined(); // osls' first template has no parameters
    expect(codeDeploy.calls()).toHaveLength(0);
  });

  it("is compared with nothing when the first deployment has failed before", async () => {
    stack({});
    noAlias();
    codeDeploy.on(ListDeploymentsCommand).rejects(new ApplicationDoesNotExistException({ $metadata: {}, message: "" }));
    expect((await deploy()).parameters).toMatchObject({ StableVersion: "none" });
  });

  it("keeps parameters that the service gives itself", async () => {
    stack(liveVersion("6"));
    alias({ FunctionVersion: "6" });
    const stackParameters = [{ ParameterKey: "Own", ParameterValue: "1" }];
    expect((await deploy({ stackParameters })).parameters).toMatchObject({ Own: "1", StableVersion: "6" });
  });

  it("is immediate when that is asked for", async () => {
    stack(liveVersion("6"));
    alias({ FunctionVersion: "6" });
    expect((await deploy({ release: "immediate" })).parameters).toMatchObject({ Release: "immediate" });
  });

  it.each<[Partial<Stack>, string]>([
    [{ StackStatus: "ROLLBACK_COMPLETE", StackStatusReason: "no rights" }, "(no rights)"],
    [{ StackStatus: "ROLLBACK_COMPLETE" }, "`npx sls remove --stage prod --region eu-west-1`, then deploy again"],
    [{ StackStatus: "DELETE_FAILED" }, "`npx sls remove --stage prod --region eu-west-1`, then deploy again"],
    [{ StackStatus: "UPDATE_ROLLBACK_FAILED" }, "continue-update-rollback --stack-name serin-prod --region eu-west-1"],
  ])("of a stack that takes no update says what to do: %j", async (given, remedy) => {
    stack(given);
    const message = await deploy().then(String, String);
    expect(message).toContain(`Stack serin-prod is ${given.StackStatus} and takes no update`);
    expect(message).toContain(remedy);
  });

  it("of unchanged code is skipped, as osls does", async () => {
    stack(liveVersion("6"));
    alias({ FunctionVersion: "6" });
    expect((await deploy({ shouldNotDeploy: true })).provider.shouldNotDeploy).toBe(true);
  });

  it.each<[string, Partial<Stack>]>([
    ["failed", { StackStatus: "UPDATE_ROLLBACK_COMPLETE" }],
    ["was rolled back", { Parameters: [{ ParameterKey: "LiveVersion", ParameterValue: "6" }] }],
  ])("of unchanged code goes on when the last one %s", async (_name, given) => {
    stack({ ...liveVersion("6"), ...given });
    alias({ FunctionVersion: "6" });
    const { provider, notices } = await deploy({ shouldNotDeploy: true });
    expect(provider.shouldNotDeploy).toBe(false);
    expect(notices).toEqual([expect.stringContaining("releasing it again")]);
  });
});

describe("a release stops before anything is changed", () => {
  it.each([
    [
      "Lambda refuses",
      () => lambda.on(GetAliasCommand).rejects(failure("AccessDeniedException", "no right")),
      "lambda:GetAlias",
    ],
    [
      "Lambda cannot be reached",
      () => lambda.on(GetAliasCommand).rejects(failure("Error", "connect ETIMEDOUT")),
      "lambda:GetAlias",
    ],
    [
      "CloudFormation refuses",
      () => cloudFormation.on(DescribeStacksCommand).rejects(failure("AccessDenied", "no right")),
      "cloudformation:DescribeStacks",
    ],
    [
      "CodeDeploy refuses",
      () => codeDeploy.on(ListDeploymentsCommand).rejects(failure("AccessDeniedException", "no right")),
      "codedeploy:ListDeployments",
    ],
  ])("when %s, with what to do", async (_name, fail, right) => {
    stack(liveVersion("6"));
    alias({ FunctionVersion: "6" });
    fail();
    await expect(deploy()).rejects.toThrow(
      new RegExp(`Cannot find out which version is live \\(.*\\). Nothing was changed. Deploy again .*${right}`),
    );
  });

  const repair = (command: string) =>
    `aws lambda ${command}-alias --function-name serin-prod-predict --name live --function-version 6`;

  it("when the alias was moved by hand, with the command that puts it back", async () => {
    stack(liveVersion("6"));
    alias({ FunctionVersion: "4" });
    const deploying = deploy();
    await expect(deploying).rejects.toThrow("points at version 4, but the last release left it at version 6");
    await expect(deploying).rejects.toThrow(
      `\`${repair("update")} --routing-config AdditionalVersionWeights={} --region eu-west-1\``,
    );
  });

  it("when somebody left weights on the alias", async () => {
    stack(liveVersion("6"));
    alias({ FunctionVersion: "6", RoutingConfig: { AdditionalVersionWeights: { "7": 0.1 } } });
    const deploying = deploy();
    await expect(deploying).rejects.toThrow("points at version 6 and with 10 % at version 7");
    await expect(deploying).rejects.toThrow(repair("update"));
  });

  it("when the alias was deleted by hand", async () => {
    stack(liveVersion("6"));
    noAlias();
    const deploying = deploy();
    await expect(deploying).rejects.toThrow("is gone, but the last release left it at version 6");
    await expect(deploying).rejects.toThrow(`\`${repair("create")} --region eu-west-1\``);
  });

  it("when the stack is being changed, with how to wait and how to stop that", async () => {
    stack({ StackStatus: "UPDATE_IN_PROGRESS" });
    const deploying = deploy();
    await expect(deploying).rejects.toThrow("stack serin-prod is UPDATE_IN_PROGRESS");
    await expect(deploying).rejects.toThrow("npm run releases -- --stage prod");
    await expect(deploying).rejects.toThrow("npm run rollback -- --stage prod");
    expect(lambda.calls()).toHaveLength(0);
  });

  it("when the stack still tidies up, which nobody need stop", async () => {
    stack({ StackStatus: "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" });
    const failure = await deploy().catch(String);
    expect(failure).toContain("Wait until it has ended");
    expect(failure).not.toContain("rollback");
  });

  it("when CodeDeploy still shifts traffic", async () => {
    stack(liveVersion("6"));
    alias({ FunctionVersion: "6", RoutingConfig: { AdditionalVersionWeights: { "7": 0.1 } } });
    codeDeploy.on(ListDeploymentsCommand).resolves({ deployments: ["d-ABC"] });
    const deploying = deploy();
    await expect(deploying).rejects.toThrow("deployment d-ABC of CodeDeploy still shifts traffic");
    await expect(deploying).rejects.toThrow("npm run rollback -- --stage prod");
    expect(codeDeploy.commandCalls(ListDeploymentsCommand)[0]?.args[0].input).toMatchObject({
      applicationName: "serin-prod",
      deploymentGroupName: "serin-prod-PredictLambdaFunctionDeploymentGroup",
    });
  });
});

describe("beside a deployment", () => {
  it("`sls rollback` is refused, since the stack's parameters would not follow", () => {
    const { hooks } = new ReleasePlugin(makeService({ command: "rollback" }), {}, makeToolkit());
    expect(hooks["before:rollback:initialize"]).toThrow("npm run rollback -- --stage prod");
  });

  it("`sls remove` has nothing to take along where nothing was recorded", async () => {
    ssm.on(GetParametersByPathCommand).resolves({});
    const { hooks } = new ReleasePlugin(makeService({ command: "remove" }), {}, makeToolkit());
    await hooks["after:remove:remove"]();
    expect(ssm.commandCalls(DeleteParametersCommand)).toHaveLength(0);
  });

  it("`sls remove` takes the records of releases and models along", async () => {
    const names = Array.from({ length: 12 }, (_, i) => `/serin/prod/releases/${i}`);
    ssm
      .on(GetParametersByPathCommand, { Path: "/serin/prod/", Recursive: true })
      .resolves({ Parameters: names.map((Name) => ({ Name })) });
    ssm.on(DeleteParametersCommand).resolves({});
    const { hooks } = new ReleasePlugin(makeService({ command: "remove" }), {}, makeToolkit());
    await hooks["after:remove:remove"]();
    const deleted = ssm.commandCalls(DeleteParametersCommand).map(({ args }) => args[0].input.Names);
    expect(deleted).toEqual([names.slice(0, 10), names.slice(10)]);
  });
});
