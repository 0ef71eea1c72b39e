import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { GetParameterCommand, ParameterNotFound, SSMClient } from "@aws-sdk/client-ssm";
import { mockClient } from "aws-sdk-client-mock";
import { stateOf, writeTarget } from "../../../deploy/local/state";
import { SLS } from "../../../deploy/local/workspace";
import { slsDeploy } from "../../../deploy/release/sls-deploy";
import { openStage, type Stage } from "../../../deploy/release/stage";
import { ROOT } from "../../../deploy/root";
import { until } from "../../until";

jest.mock("../../../deploy/local/workspace", () => ({
  ...jest.requireActual<object>("../../../deploy/local/workspace"),
  SLS: jest
    .requireActual<typeof path>("node:path")
    .join(jest.requireActual<{ tmpdir: typeof tmpdir }>("node:os").tmpdir(), `sls-double-${process.pid}.cjs`),
}));

const ssm = mockClient(SSMClient);
const state = mkdtempSync(path.join(tmpdir(), "serin-release-"));
const told = path.join(state, "told.json");
let abort: AbortController;
let interruption: { signal: AbortSignal; goesOn: string };

beforeEach(() => {
  process.env["SERIN_STATE"] = state;
  ssm.reset();
  ssm.on(GetParameterCommand).rejects(new ParameterNotFound({ $metadata: {}, message: "" }));
  abort = new AbortController();
  interruption = { signal: abort.signal, goesOn: "" };
  jest.spyOn(process.stdout, "write").mockImplementation(() => true);
});
afterEach(() => {
  delete process.env["SERIN_STATE"];
  jest.restoreAllMocks();
  rmSync(told, { force: true });
});
afterAll(() => {
  rmSync(SLS, { force: true });
  rmSync(state, { recursive: true, force: true });
});

/** Puts a program in the place of osls that tells its arguments, folder and AWS endpoint, and then does `rest`. */
function osls(rest: string): void {
  const tell = "{ args: process.argv.slice(2), cwd: process.cwd(), endpoint: process.env.AWS_ENDPOINT_URL }";
  writeFileSync(SLS, `require("node:fs").writeFileSync(${JSON.stringify(told)}, JSON.stringify(${tell})); ${rest}`);
}

const deploy = (stage: Stage) => slsDeploy(stage, { release: "immediate" }, interruption);
const heard = () => JSON.parse(readFileSync(told, "utf8"));

it("deploys the working tree to a stage on AWS, in the region that was asked for", async () => {
  osls("");
  await deploy(openStage("prod", "eu-central-1"));
  const args = ["deploy", "--verbose", "--stage", "prod", "--region", "eu-central-1", "--param=release=immediate"];
  expect(heard()).toEqual({ args, cwd: ROOT });
});

it("gives the parameters again that the last deployment was given, and its own", async () => {
  ssm.on(GetParameterCommand, { Name: "/serin/prod/parameters" }).resolves({
    Parameter: { Value: '{"alarmEmail":"ops@example.com"}' },
  });
  osls("");
  await deploy(openStage("prod"));
  expect(heard().args.slice(-2)).toEqual(["--param=alarmEmail=ops@example.com", "--param=release=immediate"]);
});

it("deploys a view of the working tree to the running local target", async () => {
  const ids = { userPoolId: "", machineClientId: "", peopleClientId: "" };
  writeTarget(stateOf(), { url: "", apiUrl: "", awsUrl: "http://127.0.0.1:9", ...ids });
  osls("");
  for (let time = 0; time < 2; time++) await deploy(openStage("local")); // the second time into a folder that is there
  expect(heard()).toMatchObject({ cwd: path.join(state, "release"), endpoint: "http://127.0.0.1:9" });
  expect(existsSync(path.join(state, "release", "serverless.yml"))).toBe(true);
});

it("knows the local target in its own region, whatever the shell's", () => {
  const ids = { userPoolId: "", machineClientId: "", peopleClientId: "" };
  writeTarget(stateOf(), { url: "", apiUrl: "", awsUrl: "http://127.0.0.1:9", ...ids });
  expect(openStage("local", "eu-central-1")).toMatchObject({ region: "us-east-1", flags: "--stage local" });
});

it("says why osls failed, without its stack frames", async () => {
  osls('console.error("Packaging\\nError:\\nPredictAlias - rolled back\\n  at deploy (x.js:1)"); process.exit(1)');
  await expect(deploy(openStage("prod"))).rejects.toThrow(
    /^sls deploy failed: PredictAlias - rolled back \(log: .*release-prod.log\)$/,
  );
});

it("ends osls on Ctrl-C, and says what goes on", async () => {
  osls("setInterval(() => undefined, 1000)");
  const deployed = deploy(openStage("prod"));
  deployed.catch(() => undefined); // looked at below
  await until(() => existsSync(told), 20_000);
  abort.abort();
  await expect(deployed).rejects.toThrow("aborted");
  expect(interruption.goesOn).toContain("`npm run rollback -- --stage prod` stops it");
});
