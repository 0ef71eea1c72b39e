// Deployments that fail, are throttled or are interrupted: the old version goes on answering, and the next deployment goes through.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { LocalTarget } from "../../../deploy/local/local-target";
import { stateOf } from "../../../deploy/local/state";
import { until } from "../../until";
import { Checkout, DeployedStage, type Run } from "../checkout";
import { ThrottlingProxy } from "../throttling-proxy";

const MINUTES = 60_000;
/** 15 minutes of a canary take 7.5 s. */
const TIME_SCALE = 120;

/** Calls that a user may make at once. */
const QUOTA = 200;

const state = stateOf({ SERIN_STATE: mkdtempSync(path.join(tmpdir(), "serin-failed-")) });
const stage = "a-stage-of-20-letter";
let local: LocalTarget;
let awsUrl: string;
let checkout: Checkout;
let deployed: DeployedStage;
const mends: (() => void)[] = [];

beforeAll(async () => {
  local = new LocalTarget(state, 0, { timeScale: TIME_SCALE, copied: ["src", "deploy"] });
  awsUrl = await local.startEmulator();
  checkout = new Checkout({ directory: local.workspace, awsUrl });
  deployed = new DeployedStage(awsUrl, stage);
  checkout.suitThisMachine();
}, 2 * MINUTES);
afterEach(() => {
  for (const mend of mends.splice(0)) mend();
});
afterAll(async () => {
  await local.stop();
  rmSync(state.directory, { recursive: true, force: true });
});

/** A resource that CloudFormation cannot make. */
const BROKEN = `Resources:
  BrokenAlarm:
    Type: AWS::CloudWatch::Alarm
    Properties: { Namespace: Serin, MetricName: Faults, ComparisonOperator: GreaterThanThreshold, EvaluationPeriods: 1, Period: 60, Statistic: Sum }
`;

const deploy = (...args: readonly string[]) => checkout.sls("deploy", "--stage", stage, ...args);

/** Changes the checkout for the test that runs. */
const edit = (file: string, from: string, to: string) => mends.push(checkout.edit(file, from, to));

/** Calls the API again and again until `work` has ended. @returns The statuses that were answered. */
async function called(work: Promise<Run>): Promise<{ readonly run: Run; readonly statuses: ReadonlySet<number> }> {
  const statuses = new Set<number>();
  const token = await deployed.token();
  const end = new AbortController();
  const calls = (async () => {
    for (let count = 0; !end.signal.aborted; count += 1) {
      if (count % QUOTA === 0) await deployed.resetQuota();
      statuses.add((await deployed.predict(token)).status);
    }
  })();
  const run = await work.finally(() => end.abort());
  await calls;
  return { run, statuses };
}

describe("a first deployment that fails", () => {
  it(
    "leaves the deployment bucket, says why and what to do, and can be run again",
    async () => {
      edit("deploy/storage.yml", "Resources:\n", BROKEN);
      const { code, printed } = await deploy();
      expect({ code, printed }).toMatchObject({ code: 1 });
      expect(printed).toMatch(/BrokenAlarm.*\n.*Threshold is required/);
      expect(printed).toContain(`run \`npx sls deploy --stage ${stage}\` again`);
      expect(printed).not.toContain("    at "); // no stack trace
    },
    3 * MINUTES,
  );

  it(
    "goes through when it is run again while CloudFormation throttles",
    async () => {
      const proxy = new ThrottlingProxy(awsUrl);
      const run = await checkout.at(await proxy.start()).sls("deploy", "--stage", stage);
      proxy.stop();
      expect(run).toMatchObject({ code: 0 });
      expect(proxy.refused).toBeGreaterThan(5);
      expect(await deployed.answer()).toMatchObject({ status: 200, mark: "no-store" });
    },
    4 * MINUTES,
  );
});

describe("a later deployment", () => {
  it(
    "one of whose resources cannot be made leaves the old version answering",
    async () => {
      edit("src/http/endpoint.ts", '"no-store"', '"no-store, new"');
      edit("deploy/storage.yml", "Resources:\n", BROKEN);
      const { run, statuses } = await called(deploy());
      expect(run).toMatchObject({ code: 1, printed: expect.stringMatching(/Threshold is required/) });
      expect(run.printed).toContain("version 1 answers as before");
      expect([...statuses]).toEqual([200]);
      expect(await deployed.answer()).toMatchObject({ status: 200, mark: "no-store" });
    },
    4 * MINUTES,
  );

  it(
    "that is interrupted goes on without us; until it has ended another is refused, and then goes through",
    async () => {
      edit("src/http/endpoint.ts", '"no-store"', '"no-store, new"');
      const running = checkout.startSls("deploy", "--stage", stage);
      await until(async () => (await deployed.stack())?.StackStatus === "UPDATE_IN_PROGRESS", MINUTES);
      running.interrupt();
      const { run: refused, statuses } = await called(deploy());
      expect(refused).toMatchObject({ code: 1, printed: expect.stringContaining("Another deployment is running") });
      expect([...statuses]).toEqual([200]);
      expect(await running.ended).not.toMatchObject({ code: 0 });
      await until(async () => (await deployed.stack())?.StackStatus === "UPDATE_COMPLETE", MINUTES);
      expect(await deploy()).toMatchObject({ code: 0 });
      expect(await deployed.answer()).toMatchObject({ status: 200, mark: "no-store, new" });
    },
    4 * MINUTES,
  );
});
