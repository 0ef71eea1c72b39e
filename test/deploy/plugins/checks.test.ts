import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { GetParameterCommand, ParameterNotFound, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { mockClient } from "aws-sdk-client-mock";
import { ChecksPlugin } from "../../../deploy/plugins/checks";
import { DeployError } from "../../../deploy/plugins/osls";
import { type Given, makeService, makeToolkit } from "./service";

const [s3, ssm, sts] = [mockClient(S3Client), mockClient(SSMClient), mockClient(STSClient)];

beforeEach(() => {
  for (const mock of [s3, ssm, sts]) mock.reset();
  sts.on(GetCallerIdentityCommand).resolves({ Account: "123456789012", Arn: "arn:aws:iam::123456789012:user/me" });
  s3.on(ListBucketsCommand).resolves({ Buckets: [] });
  ssm.on(GetParameterCommand).rejects(new ParameterNotFound({ $metadata: {}, message: "" }));
});

const make = (given: Given = {}, toolkit = makeToolkit()) => new ChecksPlugin(makeService(given), {}, toolkit);
const begin = (given: Given = {}) => make(given).hooks.initialize();
const failure = (name: string, message = "") => Object.assign(new Error(message), { name });

describe("before anything else", () => {
  it.each<[string, Given, string]>([
    ["a stage's name", { stage: "a-stage-whose-name-has-30-char" }, "30 characters, and at most 20"],
    ["a value", { param: ["alarmEmail=ops"] }, 'alarmEmail is "ops"; it can be an e-mail address'],
    ["an unknown parameter", { param: ["alarmMail=ops@example.com"] }, "There is no parameter alarmMail"],
  ])("%s that is wrong stops packaging and deploying, and no other command", (_name, given, message) => {
    for (const command of ["deploy", "package"]) expect(() => make({ ...given, command })).toThrow(message);
    for (const command of ["remove", "deploy list"]) expect(() => make({ ...given, command })).not.toThrow();
  });

  it.each([["modelDependencies=none"], ["modelBudgetMs=4500", "limiterTimeoutMs=400"]])(
    "%s is for an emulator only",
    (...param) => {
      const subject = () => make({ param });
      jest.replaceProperty(process, "env", { ...process.env, AWS_ENDPOINT_URL: undefined });
      expect(subject).toThrow(DeployError);
      jest.replaceProperty(process, "env", { ...process.env, AWS_ENDPOINT_URL: "http://127.0.0.1:1" });
      expect(subject).not.toThrow();
      jest.restoreAllMocks();
    },
  );

  it("a parameter that only this stage has may be given, too", () => {
    expect(() => make({ param: ["hosting=serverless"] })).not.toThrow();
  });

  it("the region must have the model's image", async () => {
    await expect(begin({ region: "eu-centrl-1" })).rejects.toThrow("Choose one with --region: eu-west-1, us-east-1");
    expect(sts.calls()).toHaveLength(0);
  });

  it("AWS is only asked for a deployment", async () => {
    await begin({ command: "package" });
    await begin({ command: "remove", region: "mars-1" });
    expect(sts.calls()).toHaveLength(0);
    await begin();
    expect(sts.calls()).toHaveLength(1);
  });
});

describe("credentials", () => {
  it.each([
    [failure("CredentialsProviderError", "Could not load credentials"), "No AWS credentials: set AWS_PROFILE"],
    [
      failure("ServerlessError", "AWS provider credentials not found. Learn how"),
      "No AWS credentials: set AWS_PROFILE",
    ],
    [failure("ExpiredToken", "The security token is expired"), "AWS does not accept these credentials; sign in again"],
    [failure("InvalidClientTokenId", "The token is invalid"), "AWS does not accept these credentials; sign in again"],
    [Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" }), "AWS cannot be reached"],
    [failure("Strange", "what?"), "Strange: what?"],
  ])("that fail with %s are explained in one line", async (error, line) => {
    sts.on(GetCallerIdentityCommand).rejects(error);
    const message = await begin().catch(String);
    expect(message).toContain(line);
    expect(message).toContain("Nothing was changed");
    expect(message).not.toContain("\n");
  });

  it("of another account than the stage's are refused", async () => {
    await expect(begin({ param: ["account=111111111111"] })).rejects.toThrow(
      "are of AWS account 123456789012, but the parameter account is 111111111111",
    );
    await expect(begin({ param: ["account=123456789012"] })).resolves.toBeUndefined();
  });
});

describe("a stage that lives in a region", () => {
  const bucket = (BucketRegion: string) => ({ Name: "serin-prod-serverlessdeploymentbucket-1x", BucketRegion });

  it("is not made a second time in another one", async () => {
    s3.on(ListBucketsCommand, { Prefix: "serin-prod-serverlessdeploymentbuck" }).resolves({
      Buckets: [bucket("us-east-1")],
    });
    await expect(begin()).rejects.toThrow(
      "Stage prod lives in region us-east-1. Nothing was changed. Deploy it with --region",
    );
  });

  it("is deployed there again", async () => {
    s3.on(ListBucketsCommand).resolves({ Buckets: [bucket("us-east-1"), bucket("eu-west-1")] });
    await expect(begin()).resolves.toBeUndefined();
  });

  it("is not looked for by who may not list buckets", async () => {
    s3.on(ListBucketsCommand).rejects(failure("AccessDenied"));
    await expect(begin()).resolves.toBeUndefined();
  });
});

describe("the parameters of the last deployment", () => {
  async function warnings(param: readonly string[]): Promise<readonly string[]> {
    const toolkit = makeToolkit();
    await make({ param }, toolkit).hooks["before:aws:deploy:deploy:createStack"]();
    return toolkit.notices;
  }

  it("are kept as JSON, without what is about one release", async () => {
    const subject = make({ param: ["alarmEmail=ops@example.com", "release=immediate"] });
    expect(await subject.configurationVariablesSources.given.resolve()).toEqual({
      value: '{"alarmEmail":"ops@example.com"}',
    });
  });

  it("are warned of where they are not given again", async () => {
    ssm.on(GetParameterCommand, { Name: "/serin/prod/parameters" }).resolves({
      Parameter: { Value: '{"alarmEmail":"ops@example.com","modelBudgetMs":"400"}' },
    });
    expect(await warnings(["modelBudgetMs=300"])).toEqual([
      expect.stringContaining('now get their default again: --param="alarmEmail=ops@example.com"'),
    ]);
    expect(await warnings(["modelBudgetMs=300", "alarmEmail=me@example.com"])).toEqual([]);
  });

  it("are none of a new stage, and of one whose record is strange", async () => {
    expect(await warnings([])).toEqual([]);
    ssm.on(GetParameterCommand).resolves({});
    expect(await warnings([])).toEqual([]);
    ssm.on(GetParameterCommand).resolves({ Parameter: { Value: "null" } });
    expect(await warnings([])).toEqual([]);
  });

  it("cannot be unknown: a refusal is no new stage", async () => {
    ssm.on(GetParameterCommand).rejects(failure("AccessDeniedException"));
    await expect(warnings([])).rejects.toThrow();
  });
});
