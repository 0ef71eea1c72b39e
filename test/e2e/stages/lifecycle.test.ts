// Starting, redeploying, removing, crashing and stopping the local target, as a user at a terminal does.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { CognitoIdentityProviderClient, ListUserPoolsCommand } from "@aws-sdk/client-cognito-identity-provider";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import {
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelsCommand,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { clientConfig, slsEnvironment } from "../../../deploy/local/aws";
import { STACK } from "../../../deploy/local/stack";
import { issueToken } from "../../../deploy/local/tokens";
import { createWorkspace, SLS } from "../../../deploy/local/workspace";
import { modelVersion } from "../../../deploy/model-package";
import { ROOT } from "../../../deploy/root";
import { until } from "../../until";
import { Instance } from "../instance";
import { predict } from "../shared-target";

const MINUTES = 60_000;

/** A view of the service whose sources a test may change. */
function editableWorkspace(): string {
  const workspace = mkdtempSync(path.join(tmpdir(), "serin-edit-"));
  createWorkspace(workspace, ["src", "model"]);
  return workspace;
}

function edit(workspace: string, file: string, from: string, to: string): void {
  const content = readFileSync(path.join(workspace, file), "utf8");
  expect(content).toContain(from);
  writeFileSync(path.join(workspace, file), content.replace(from, to));
}

/** What is in the emulated account. */
async function inventory(awsUrl: string): Promise<Record<string, number>> {
  const config = clientConfig(awsUrl);
  const sageMaker = new SageMakerClient(config);
  const length = (list: readonly unknown[] | undefined) => list?.length ?? 0;
  return {
    functions: length((await new LambdaClient(config).send(new ListFunctionsCommand())).Functions),
    tables: length((await new DynamoDBClient(config).send(new ListTablesCommand())).TableNames),
    roles: length(
      (await new IAMClient(config).send(new ListRolesCommand())).Roles?.filter(({ RoleName }) =>
        RoleName?.startsWith("serin"),
      ),
    ),
    pools: length(
      (await new CognitoIdentityProviderClient(config).send(new ListUserPoolsCommand({ MaxResults: 10 }))).UserPools,
    ),
    buckets: length((await new S3Client(config).send(new ListBucketsCommand())).Buckets),
    models: length((await sageMaker.send(new ListModelsCommand())).Models),
    configs: length((await sageMaker.send(new ListEndpointConfigsCommand())).EndpointConfigs),
    endpoints: length((await sageMaker.send(new ListEndpointsCommand())).Endpoints),
  };
}

describe("a running local target", () => {
  let instance: Instance;
  let workspace: string;
  beforeAll(async () => {
    instance = await Instance.start();
    workspace = editableWorkspace();
  }, 4 * MINUTES);
  afterAll(async () => {
    await instance.stop();
    rmSync(workspace, { recursive: true, force: true });
  });

  const sls = (...args: string[]) =>
    execFileSync(process.execPath, [SLS, ...args, "--stage", "local"], {
      cwd: workspace,
      env: slsEnvironment(instance.target.awsUrl),
      encoding: "utf8",
      stdio: "pipe",
    });
  /** Without the canary, which release.test.ts goes through. */
  const deploy = (...args: string[]) => sls("deploy", "--param=release=immediate", ...args);
  const call = async () =>
    predict(instance.target, { token: await issueToken(instance.target, {}), body: '{"text":"good"}' });

  it("prints a curl line that works when pasted", () => {
    const line = instance.output.split("\n").find((printed) => printed.startsWith("curl "));
    const answer = JSON.parse(execFileSync("sh", ["-c", line ?? "false"], { encoding: "utf8" }));
    expect(answer).toMatchObject({ sentiment: expect.any(String), modelVersion: expect.any(String) });
  });

  it(
    "refuses a second instance with one clear line",
    async () => {
      const second = await Instance.launch(undefined, instance.state);
      expect(await second.exited).toBe(1);
      expect(second.output).toContain(`Serin is already running at ${instance.target.url}`);
      expect(second.output).not.toContain("    at "); // no stack trace
    },
    MINUTES,
  );

  it(
    "refuses a port that is in use with one clear line",
    async () => {
      const other = await Instance.launch(instance.port);
      expect(await other.exited).toBe(1);
      expect(other.output).toContain(`Port ${instance.port} is in use`);
      expect(other.output).toContain(`PORT=${instance.port + 1} npm start`);
      await other.stop();
    },
    MINUTES,
  );

  it(
    "serves changed code after sls deploy",
    async () => {
      edit(workspace, "src/http/endpoint.ts", '"no-store"', '"no-store, private"');
      deploy();
      expect((await call()).headers.get("cache-control")).toBe("no-store, private");
    },
    2 * MINUTES,
  );

  it(
    "uploads a changed model, serves it from an endpoint of its own once it is promoted, and keeps the one before",
    async () => {
      const { modelVersion: before } = JSON.parse(await (await call()).text());
      edit(workspace, "model/inference.py", '"""', '"""Changed. ');
      const changed = modelVersion(workspace);
      deploy();
      expect(JSON.parse(await (await call()).text())).toMatchObject({ modelVersion: before });
      deploy(`--param=modelVersion=${changed}`);
      expect(JSON.parse(await (await call()).text())).toMatchObject({ modelVersion: changed });
      expect(await inventory(instance.target.awsUrl)).toMatchObject({ endpoints: 2, models: 2, configs: 2 });
    },
    3 * MINUTES,
  );

  it(
    "leaves nothing behind after sls remove",
    async () => {
      const { awsUrl } = instance.target;
      sls("remove");
      const gone = new CloudFormationClient(clientConfig(awsUrl)).send(new DescribeStacksCommand({ StackName: STACK }));
      await expect(gone).rejects.toThrow(/does not exist/);
      expect(Object.entries(await inventory(awsUrl)).filter(([, count]) => count > 0)).toEqual([]);
    },
    2 * MINUTES,
  );

  it(
    "stops everything on Ctrl-C and leaves only its state folder",
    async () => {
      const before = readdirSync(ROOT).sort();
      expect(instance.processes().length).toBeGreaterThan(2);
      instance.interrupt();
      expect(await instance.exited).toBe(0);
      expect(instance.output).toContain("nothing is left running");
      await until(
        () => instance.processes().length === 0,
        10_000,
        () => instance.processes().join(),
      );
      await expect(fetch(`http://127.0.0.1:${instance.port}/`)).rejects.toThrow();
      expect(existsSync(path.join(instance.state.directory, "target.json"))).toBe(false);
      expect(readdirSync(ROOT).sort()).toEqual(before);
      expect(readdirSync(tmpdir()).filter((name) => name.startsWith("ministack"))).toEqual([]);
    },
    MINUTES,
  );
});

describe("a local target that loses a part", () => {
  it.each([
    ["the model server", "-m\0serving", "The model server stopped unexpectedly"],
    ["the emulator", "-m\0emulator", "The emulated AWS stopped unexpectedly"],
  ])(
    "says so in one line when %s is killed, and stops the rest",
    async (_name, command, message) => {
      const instance = await Instance.start();
      const victim = instance.processes().find((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(command));
      process.kill(Number(victim), "SIGKILL");
      expect(await instance.exited).toBe(1);
      expect(instance.output.split("\n").filter((line) => line.includes("stopped unexpectedly"))).toEqual([
        expect.stringContaining(message),
      ]);
      await until(
        () => instance.processes().length === 0,
        10_000,
        () => instance.processes().join(),
      );
      await instance.stop();
    },
    4 * MINUTES,
  );
});
