// Stage prod with everything, and a second stage beside it, through their lives: deployed, changed, promoted, rolled back, removed.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { clientConfig } from "../../../deploy/local/aws";
import type { DeploymentEvent } from "../../../deploy/local/codedeploy/events";
import { LocalTarget } from "../../../deploy/local/local-target";
import { renewModel } from "../../../deploy/local/rehearsal/new-version";
import { stateOf } from "../../../deploy/local/state";
import { modelVersion } from "../../../deploy/model-package";
import { type Inventory, inventory, othersLeft } from "../account-inventory";
import { Checkout, DeployedStage } from "../checkout";

const MINUTES = 60_000;
/** 15 minutes of a canary take 7.5 s. */
const TIME_SCALE = 120;
/** The optional parameters, all of them. */
const EVERYTHING = [
  "alarmEmail=ops@example.com",
  "slackWorkspace=T0123ABCD",
  "slackChannel=C0123ABCD",
  "owner=language-team",
  "costCentre=4711",
  "account=123456789012",
  "hosting=realtime",
  "network=private",
  "callbackUrl=https://app.example.com/",
  "docsUrl=https://docs.example.com/errors",
].map((parameter) => `--param=${parameter}`);

const state = stateOf({ SERIN_STATE: mkdtempSync(path.join(tmpdir(), "serin-production-")) });
const events: DeploymentEvent[] = [];
let local: LocalTarget;
let awsUrl: string;
let checkout: Checkout;
let prod: DeployedStage;
let other: DeployedStage;
let model: string;

beforeAll(async () => {
  const copied = ["src", "model", "deploy"] as const;
  local = new LocalTarget(state, 0, { timeScale: TIME_SCALE, copied, onDeployment: (event) => events.push(event) });
  awsUrl = await local.startEmulator();
  checkout = new Checkout({ directory: local.workspace, awsUrl });
  prod = new DeployedStage(awsUrl, "prod");
  other = new DeployedStage(awsUrl, "x");
  model = modelVersion(local.workspace);
  checkout.suitThisMachine();
}, 2 * MINUTES);
afterAll(async () => {
  await local.stop();
  rmSync(state.directory, { recursive: true, force: true });
});

const weights = () => events.flatMap((event) => (event.kind === "shifted" ? event.canaryWeight : []));

async function parameters(): Promise<unknown> {
  const { Parameter } = await new SSMClient(clientConfig(awsUrl)).send(
    new GetParameterCommand({ Name: "/serin/prod/parameters" }),
  );
  return JSON.parse(Parameter?.Value ?? "");
}

describe("stage prod, with every parameter", () => {
  it(
    "is deployed to an empty account, and says how it is used",
    async () => {
      const { code, printed } = await checkout.sls("deploy", "--stage", "prod", ...EVERYTHING);
      expect({ code, printed }).toMatchObject({ code: 0 });
      const outputs = await prod.outputs();
      for (const name of ["HttpApiUrl", "UserPoolId", "TokenUrl", "DashboardUrl"])
        expect(printed).toContain(outputs[name] ?? `output ${name}`);
      expect(printed).toContain("ops@example.com");
      expect(printed).toContain("Slack channel C0123ABCD");
      expect(printed).toMatch(/CloudFormation: \d+ of \d+ resources/);
      for (const command of ["curl", "npm run smoke", "npm run releases", "npm run rollback", "npx sls remove"])
        expect(printed).toContain(command);
    },
    3 * MINUTES,
  );

  it("answers who has a token, and nobody else", async () => {
    expect((await prod.predict(undefined)).status).toBe(401);
    expect((await prod.predict("garbage")).status).toBe(401);
    expect(await prod.answer()).toEqual({ status: 200, mark: "no-store", model });
  });
});

describe("a second stage in the same account", () => {
  let before: Inventory;

  it(
    "is deployed without the optional parameters, and says that nobody is told of alarms",
    async () => {
      before = await inventory(awsUrl);
      const { code, printed } = await checkout.sls("deploy", "--stage", "x");
      expect({ code, printed }).toMatchObject({ code: 0 });
      expect(printed).toMatch(/alarms go to: NOBODY.*alarmEmail=/);
      expect(await other.answer()).toMatchObject({ status: 200, model });
    },
    3 * MINUTES,
  );

  it("shares nothing with the first, which still answers", async () => {
    const after = await inventory(awsUrl);
    for (const [kind, names] of Object.entries(before)) expect(after[kind]).toEqual(expect.arrayContaining([...names]));
    const outputs = Object.values(await other.outputs());
    const shared = Object.entries(await prod.outputs()).filter(([, value]) => outputs.includes(value));
    const alike = shared.map(([name]) => name);
    expect(alike.sort()).toEqual(["LiveVersion", "ModelVersion", "PredictAlias"]);
    expect(await prod.answer()).toMatchObject({ status: 200 });
    const wrong = await prod.predict(await other.token());
    expect(wrong.status).toBe(401); // a token of the other stage
  });
});

describe("stage prod, changed", () => {
  it(
    "releases changed code through a canary, and warns of parameters that are not given again",
    async () => {
      checkout.edit("src/http/endpoint.ts", '"no-store"', '"no-store, private"');
      const dropped = EVERYTHING.filter((parameter) => !parameter.includes("docsUrl"));
      const { code, printed } = await checkout.sls("deploy", "--stage", "prod", ...dropped);
      expect({ code, printed }).toMatchObject({ code: 0 });
      expect(printed).toContain('get their default again: --param="docsUrl=https://docs.example.com/errors"');
      expect(weights()).toEqual([0.1, 1]);
      expect(printed).toContain("Release: version 2 has 10 % of the traffic");
      expect(await prod.answer()).toEqual({ status: 200, mark: "no-store, private", model });
      expect(await other.answer()).toMatchObject({ mark: "no-store" });
    },
    4 * MINUTES,
  );

  it(
    "gets a changed model by deploying it, which changes nothing, and promoting it, with its other parameters",
    async () => {
      const given = await parameters();
      const changed = renewModel(local.workspace); // answers alike, so that governance has nothing to compare
      const uploaded = await checkout.sls("deploy", "--stage", "prod", ...EVERYTHING.slice(0, -1));
      expect(uploaded).toMatchObject({ code: 0, printed: expect.stringContaining(`model:promote -- ${changed}`) });
      expect(await prod.answer()).toMatchObject({ model });
      expect(await checkout.npm("model:promote", "--", changed, "--stage", "prod", "--yes")).toMatchObject({ code: 0 });
      expect(await prod.answer()).toEqual({ status: 200, mark: "no-store, private", model: changed });
      expect(await prod.outputs()).toMatchObject({ ModelVersion: changed });
      expect(await parameters()).toEqual(given);
      expect(given).toMatchObject({ alarmEmail: "ops@example.com", network: "private" });
    },
    5 * MINUTES,
  );

  it(
    "goes back to the model before",
    async () => {
      expect(await checkout.npm("rollback", "--", "--stage", "prod", "--yes")).toMatchObject({ code: 0 });
      expect(await prod.answer()).toMatchObject({ status: 200, model });
      expect(await prod.stack()).toMatchObject({ StackStatus: "UPDATE_COMPLETE" });
    },
    3 * MINUTES,
  );
});

describe("the stages, removed", () => {
  it(
    "leave what is kept on purpose, and the other stage",
    async () => {
      expect(await checkout.sls("remove", "--stage", "prod")).toMatchObject({ code: 0 });
      const left = Object.entries(await inventory(awsUrl)).flatMap(([kind, names]) =>
        names.filter((name) => name.includes("prod")).map((name) => `${kind} ${name}`),
      );
      expect(left).toEqual([
        expect.stringMatching(/^buckets serin-prod-reportsbucket-/),
        expect.stringMatching(/^buckets serin-prod-reportslogbucket-/),
        "pools serin-prod",
      ]);
      expect(await other.answer()).toMatchObject({ status: 200 });
    },
    3 * MINUTES,
  );

  it(
    "leave nothing else at all",
    async () => {
      expect(await checkout.sls("remove", "--stage", "x")).toMatchObject({ code: 0 });
      expect(await inventory(awsUrl)).toEqual({
        buckets: [expect.any(String), expect.any(String)],
        pools: ["serin-prod"],
      });
      expect(await othersLeft(awsUrl)).toEqual({ keys: 2, rules: [], networks: [] });
    },
    3 * MINUTES,
  );
});
