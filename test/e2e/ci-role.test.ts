// The pipeline's way in, as deploy/ci-role.yml grants it: GitHub's token for one environment becomes a role that can deploy the stage.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CloudFormationClient, CreateStackCommand, waitUntilStackCreateComplete } from "@aws-sdk/client-cloudformation";
import { CreateOpenIDConnectProviderCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { clientConfig, slsEnvironment } from "../../deploy/local/aws";
import { createWorkspace, SLS } from "../../deploy/local/workspace";
import { ROOT } from "../../deploy/root";
import { sharedTarget } from "./shared-target";

const { awsUrl } = sharedTarget();
const config = clientConfig(awsUrl);
const STAGE = "ci";
const ISSUER = "https://token.actions.githubusercontent.com";
const role = (name: string) => `arn:aws:iam::123456789012:role/serin-${STAGE}-${name}`;

/** Without the provider, a type that the emulator cannot make: it is made below. */
const template = () =>
  readFileSync(path.join(ROOT, "deploy/ci-role.yml"), "utf8").replace(/ {2}Provider:\n(?: {4}.*\n)+\n/, "");

/** As GitHub would sign one; the emulator checks its claims. */
function githubToken(environment: string): string {
  const seconds = Math.floor(Date.now() / 1000);
  const claims = {
    iss: ISSUER,
    aud: "sts.amazonaws.com",
    sub: `repo:owner/serin:environment:${environment}`,
    iat: seconds,
    exp: seconds + 3600,
  };
  const parts = [{ alg: "RS256", typ: "JWT" }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  return [...parts, "c2lnbmF0dXJl"].join(".");
}

async function takeRole(environment: string): Promise<NodeJS.ProcessEnv> {
  const request = { RoleArn: role("ci"), RoleSessionName: "github", WebIdentityToken: githubToken(environment) };
  const { Credentials } = await new STSClient(config).send(new AssumeRoleWithWebIdentityCommand(request));
  return {
    ...slsEnvironment(awsUrl),
    AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey,
    AWS_SESSION_TOKEN: Credentials?.SessionToken,
  };
}

const PARAMETERS = [
  ...["modelDependencies=none", "modelBudgetMs=3000", "limiterTimeoutMs=2000", "qualificationPasses=1"],
  `deploymentRole=${role("cloudformation")}`,
  `permissionsBoundary=arn:aws:iam::123456789012:policy/serin-${STAGE}-boundary`,
].map((parameter) => `--param=${parameter}`);

describe("the pipeline's role", () => {
  const workspace = mkdtempSync(path.join(tmpdir(), "serin-ci-"));
  const sls = (command: string, env: NodeJS.ProcessEnv, ...args: string[]) =>
    spawnSync(process.execPath, [SLS, command, "--stage", STAGE, ...args], { cwd: workspace, env, encoding: "utf8" });

  beforeAll(async () => {
    createWorkspace(workspace);
    const cloudFormation = new CloudFormationClient(config);
    const StackName = "serin-ci-roles";
    const values = { Stage: STAGE, Repository: "owner/serin", GitHubProvider: "existing" };
    const Parameters = Object.entries(values).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    }));
    const Capabilities = ["CAPABILITY_NAMED_IAM" as const];
    await cloudFormation.send(
      new CreateStackCommand({ StackName, TemplateBody: template(), Parameters, Capabilities }),
    );
    await waitUntilStackCreateComplete(
      { client: cloudFormation, maxWaitTime: 60, minDelay: 1, maxDelay: 1 },
      { StackName },
    );
    const iam = new IAMClient(config);
    await iam.send(new CreateOpenIDConnectProviderCommand({ Url: ISSUER, ClientIDList: ["sts.amazonaws.com"] }));
    const Statement = { Effect: "Allow", Action: "ssm:GetParameters", Resource: "*" }; // the emulator sees no narrower resource for it
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    await iam.send(new PutRolePolicyCommand({ RoleName: `serin-${STAGE}-ci`, PolicyName: "emulator", PolicyDocument }));
  }, 120_000);
  afterAll(() => {
    sls("remove", slsEnvironment(awsUrl));
    rmSync(workspace, { recursive: true, force: true });
  }, 120_000);

  it("is refused to another environment of the repository", async () => {
    await expect(takeRole("staging")).rejects.toThrow(/AssumeRoleWithWebIdentity/);
  });

  it("deploys the stage, with what osls and the plugins call", async () => {
    const { status, stdout, stderr } = sls("deploy", await takeRole(STAGE), ...PARAMETERS);
    expect(`${stdout}${stderr}`).toContain("Service deployed to stack serin-ci");
    expect(status).toBe(0);
  }, 180_000);

  it("can do nothing to another stage", async () => {
    const aws = path.join(ROOT, ".venv", "bin", "aws");
    const args = ["cloudformation", "describe-stacks", "--stack-name", "serin-local", "--region", config.region];
    const env = await takeRole(STAGE);
    expect(() => execFileSync(aws, args, { env, stdio: "pipe" })).toThrow(/AccessDenied/);
  });
});
