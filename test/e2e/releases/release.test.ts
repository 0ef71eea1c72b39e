// Releases of the whole service on a local target of their own: promoted, taken back by an alarm, taken back by hand.
import { execFile } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetAliasCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { clientConfig } from "../../../deploy/local/aws";
import type { DeploymentEvent } from "../../../deploy/local/codedeploy/events";
import { LocalTarget } from "../../../deploy/local/local-target";
import { freePort } from "../../../deploy/local/ports";
import { signInPeople } from "../../../deploy/local/rehearsal/users";
import { STACK } from "../../../deploy/local/stack";
import { stateOf, type Target } from "../../../deploy/local/state";
import { issueToken } from "../../../deploy/local/tokens";
import { ROOT } from "../../../deploy/root";
import { predict } from "../shared-target";

const MINUTES = 60_000;
const FUNCTION = `${STACK}-predict`;
/** 15 minutes of baking take 7.5 s, or 60 where somebody must be quick enough to stop it. */
const [QUICK, UNHURRIED] = [120, 15];

const state = stateOf({ SERIN_STATE: mkdtempSync(path.join(tmpdir(), "serin-release-")) });
const events: DeploymentEvent[] = [];
let timeScale = QUICK;
let onShift: () => Promise<void>;
let shifted: Promise<void>;
let local: LocalTarget;
let target: Target;

beforeAll(async () => {
  const onDeployment = (event: DeploymentEvent) => {
    events.push(event);
    if (event.kind === "shifted" && event.canaryWeight === 0.1) shifted = onShift();
  };
  local = new LocalTarget(state, await freePort(), { timeScale: () => timeScale, copied: ["src"], onDeployment });
  shortenGoldenSet();
  const awsUrl = await local.startEmulator();
  await local.deploy(awsUrl, () => undefined);
  target = await local.open(awsUrl);
}, 4 * MINUTES);
afterAll(async () => {
  await local.stop();
  rmSync(state.directory, { recursive: true, force: true });
});

/** Qualification itself is tested elsewhere; here a few rows do, which allow no verdict. */
function shortenGoldenSet(): void {
  const file = path.join(local.workspace, "src", "release", "golden-set.json");
  const rows: Record<string, unknown[]> = JSON.parse(readFileSync(file, "utf8"));
  const few = Object.entries(rows).map(([sentiment, texts]) => [sentiment, texts.slice(0, 6)]);
  writeFileSync(file, JSON.stringify(Object.fromEntries(few)));
}

/** Deploys changed code. @param meanwhile - Runs while the canary has its tenth of the traffic. */
async function release(change: string, meanwhile: () => Promise<void>): Promise<void> {
  events.length = 0;
  shifted = Promise.resolve();
  onShift = meanwhile;
  appendFileSync(path.join(local.workspace, "src", "predict", "handler.ts"), `export const ${change} = true;\n`);
  await local.deploy(target.awsUrl, () => undefined, { onInconclusive: "pass" }).finally(() => shifted);
}

const weights = () => events.flatMap((event) => (event.kind === "shifted" ? event.canaryWeight : []));
const ended = () => events.find((event) => event.kind === "ended");

async function alias() {
  const lambda = new LambdaClient(clientConfig(target.awsUrl));
  const { FunctionVersion, RoutingConfig } = await lambda.send(
    new GetAliasCommand({ FunctionName: FUNCTION, Name: "live" }),
  );
  return { version: FunctionVersion, weights: RoutingConfig?.AdditionalVersionWeights };
}

async function stackStatus() {
  const { Stacks } = await new CloudFormationClient(clientConfig(target.awsUrl)).send(
    new DescribeStacksCommand({ StackName: STACK }),
  );
  return Stacks?.[0]?.StackStatus;
}

/** Lets the function's log say that each of the canary's 200 requests failed. */
async function logFaults(version: string): Promise<void> {
  const logs = new CloudWatchLogsClient(clientConfig(target.awsUrl));
  const stream = { logGroupName: `/aws/lambda/${FUNCTION}`, logStreamName: "faults" };
  const Metrics = [{ Name: "Requests" }, { Name: "Faults" }];
  const directive = { Namespace: "Serin", Dimensions: [["service", "stage", "FunctionVersion"]], Metrics };
  const ones = Array.from({ length: 100 }, () => 1); // as many values as a line may hold
  const timestamp = Date.now();
  const line = { service: "predict", stage: "local", FunctionVersion: version, Requests: ones, Faults: ones };
  const message = JSON.stringify({ _aws: { Timestamp: timestamp, CloudWatchMetrics: [directive] }, ...line });
  await logs.send(new CreateLogStreamCommand(stream));
  const twice = [message, message].map((text) => ({ timestamp, message: text }));
  await logs.send(new PutLogEventsCommand({ ...stream, logEvents: twice }));
}

/** Runs a release command as a user does. @returns What it printed. */
async function command(...args: readonly string[]): Promise<string> {
  const env = { ...process.env, SERIN_STATE: state.directory };
  const { stdout } = await promisify(execFile)("npm", ["run", "--silent", ...args, "--stage", "local"], {
    cwd: ROOT,
    env,
  });
  return stdout;
}

describe("a release", () => {
  it(
    "shifts nothing the first time",
    async () => {
      expect(events).toEqual([]);
      expect(await alias()).toEqual({ version: "1", weights: undefined });
    },
    MINUTES,
  );

  it(
    "goes through the canary without losing a request",
    async () => {
      const tokens = await signInPeople(target, 10); // each with a quota of 200
      const statuses: number[] = [];
      const during: unknown[] = [];
      await release("good", async () => {
        during.push(await alias());
        while (!ended()) {
          const token = String(tokens[statuses.length % tokens.length]);
          statuses.push((await predict(target, { token, body: '{"text":"good"}' })).status);
        }
      });
      expect(during).toEqual([{ version: "1", weights: { "2": 0.1 } }]);
      expect(weights()).toEqual([0.1, 1]);
      expect(ended()).toMatchObject({ status: "Succeeded" });
      expect(await alias()).toEqual({ version: "2", weights: undefined });
      expect(statuses.length).toBeGreaterThan(5);
      expect(new Set(statuses)).toEqual(new Set([200]));
    },
    4 * MINUTES,
  );

  it(
    "is taken back when the canary's alarm goes off, and the stack with it",
    async () => {
      await expect(release("bad", () => logFaults("3"))).rejects.toThrow("ALARM_ACTIVE");
      expect(weights()).toEqual([0.1, 0]);
      expect(ended()).toMatchObject({ status: "Stopped", rolledBack: true });
      expect(ended()).toMatchObject({ reason: expect.stringContaining("serin-local-canary-errors-3") });
      expect(await alias()).toEqual({ version: "2", weights: undefined });
      expect(await stackStatus()).toBe("UPDATE_ROLLBACK_COMPLETE");
      expect((await predict(target, { token: await issueToken(target, {}), body: '{"text":"good"}' })).status).toBe(
        200,
      );
    },
    4 * MINUTES,
  );

  it(
    "is stopped by `npm run rollback` while its canary has traffic, and stays in the history",
    async () => {
      let printed = "";
      timeScale = UNHURRIED;
      const stopped = release("stopped", async () => {
        printed = await command("rollback", "--", "--yes", "--reason", "tried end to end");
      });
      await expect(stopped).rejects.toThrow("MANUAL_STOP");
      timeScale = QUICK;
      expect(printed).toContain("Version 2 has all traffic again");
      expect(weights()).toEqual([0.1, 0]);
      expect(await alias()).toEqual({ version: "2", weights: undefined });
      expect(await stackStatus()).toBe("UPDATE_ROLLBACK_COMPLETE");
      expect(await command("releases", "--")).toMatch(/tried end to end/);
    },
    4 * MINUTES,
  );

  it(
    "is taken back by `npm run rollback` long after it has ended, and a second rollback changes nothing",
    async () => {
      expect(await command("rollback", "--", "--to", "1", "--yes")).toContain("Version 1 has all traffic again");
      expect(await alias()).toEqual({ version: "1", weights: undefined });
      expect(await stackStatus()).toBe("UPDATE_COMPLETE");
      expect(await command("rollback", "--", "--yes")).toContain("Done already");
      expect(await alias()).toEqual({ version: "1", weights: undefined });
    },
    2 * MINUTES,
  );
});
