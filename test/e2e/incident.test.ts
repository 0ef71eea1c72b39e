// The runbooks on a local target of their own: their lines as somebody pastes them, in good times and in two incidents.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CloudWatchClient, DescribeAlarmsCommand, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import { CreateProcessingJobCommand, DeleteEndpointCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { type AlarmState, evaluateAlarm } from "../../deploy/local/alarms/alarm";
import { clientConfig, REGION, slsEnvironment } from "../../deploy/local/aws";
import { LocalTarget } from "../../deploy/local/local-target";
import { readMetrics } from "../../deploy/local/metrics/metrics";
import { freePort } from "../../deploy/local/ports";
import { STACK, stackOutputs } from "../../deploy/local/stack";
import { stateOf, type Target } from "../../deploy/local/state";
import { issueToken } from "../../deploy/local/tokens";
import { ROOT } from "../../deploy/root";
import { PAGES, Page } from "../runbooks/page";
import { paste, type Ran } from "../runbooks/shell";
import { until } from "../until";
import { predict, resetQuota } from "./shared-target";

const MINUTES = 60_000;
/** An hour of an alarm takes a minute. */
const TIME_SCALE = 60;

/** Lines that cannot be run here; test/runbooks holds that AWS takes them. */
const NOT_EMULATED: readonly { readonly line: RegExp; readonly reason: string }[] = [
  { line: /^aws application-autoscaling /, reason: "the emulated AWS has no such service" },
  {
    line: /--log-group-name "?\/aws\/sagemaker\//,
    reason: "model servers and jobs write no log to the emulated CloudWatch",
  },
  { line: /^curl /, reason: "the addresses are AWS's own; those of the emulated ones are others" },
];

const state = stateOf({ SERIN_STATE: mkdtempSync(path.join(tmpdir(), "serin-incident-")) });
let local: LocalTarget;
let target: Target;
let startedMs: number;

beforeAll(async () => {
  local = new LocalTarget(state, await freePort(), { timeScale: TIME_SCALE, copied: ["src"] });
  const awsUrl = await local.startEmulator();
  await local.deploy(awsUrl, () => undefined);
  target = await local.open(awsUrl);
}, 4 * MINUTES);
beforeEach(() => {
  startedMs = Date.now();
});
afterAll(async () => {
  await local.stop();
  rmSync(state.directory, { recursive: true, force: true });
});

/** Pastes lines of a page, after the one at its top with the blanks filled in. @returns What came of those given. */
async function onCall(page: Page, lines: readonly string[], correlationId = "none"): Promise<readonly Ran[]> {
  const env = {
    ...slsEnvironment(target.awsUrl),
    AWS_DEFAULT_REGION: REGION,
    PATH: `${path.join(ROOT, ".venv", "bin")}:${process.env["PATH"] ?? ""}`,
    SERIN_STATE: state.directory,
  };
  const blanks = page.blanks.replace("STAGE=prod", "STAGE=local").replace("=none", `=${correlationId}`);
  const [first, ...ran] = await paste([blanks, ...lines.map(withEndpoint)], env);
  expect(first?.code).toBe(0);
  return ran;
}

const emulated = (lines: readonly string[]) =>
  lines.filter((line) => !NOT_EMULATED.some((entry) => entry.line.test(line)));
const failed = (ran: readonly Ran[]) => ran.filter(({ code }) => code !== 0);

/** Version 1 of the CLI, which the tests have, asks SQS of us-east-1 under an old name unless it is told not to. */
const withEndpoint = (line: string) => line.replace("aws sqs ", 'aws --endpoint-url "$AWS_ENDPOINT_URL" sqs ');

let sent = 0;
/** A user's call with a text that no cache has. */
async function call(): Promise<{ readonly status: number; readonly id: string | null; readonly code: unknown }> {
  sent += 1;
  const response = await predict(target, { token: await issueToken(target, {}), body: `{"text":"call ${sent}"}` });
  const body: unknown = await response.json();
  const code: unknown = typeof body === "object" && body !== null ? Reflect.get(body, "code") : undefined;
  return { status: response.status, id: response.headers.get("x-correlation-id"), code };
}

async function calls(count: number) {
  await resetQuota(target);
  return Promise.all(Array.from({ length: count }, call));
}

/** As CloudWatch does every minute: evaluates the deployed metric alarms; the composite ones follow theirs. */
async function evaluateAlarms(): Promise<void> {
  const data = await readMetrics(target.awsUrl, startedMs);
  const clock = { nowMs: Date.now(), timeScale: TIME_SCALE };
  for (const alarm of (await describeAlarms()).metric) {
    if (alarm.Threshold === undefined) continue; // a band that CloudWatch learns
    const { state: StateValue } = evaluateAlarm(alarm, data, clock);
    if (StateValue === alarm.StateValue) continue;
    const change = { AlarmName: alarm.AlarmName, StateValue, StateReason: "evaluated on the local metrics" };
    await new CloudWatchClient(clientConfig(target.awsUrl)).send(new SetAlarmStateCommand(change));
  }
}

async function describeAlarms() {
  const { MetricAlarms: metric = [], CompositeAlarms: composite = [] } = await new CloudWatchClient(
    clientConfig(target.awsUrl),
  ).send(
    new DescribeAlarmsCommand({
      AlarmNamePrefix: `${STACK}-`,
      AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
      MaxRecords: 100,
    }),
  );
  return { metric, composite };
}

/** Users go on calling until an alarm says so. */
async function untilAlarm(name: string, wanted: AlarmState): Promise<void> {
  let seen: string | undefined;
  const look = async () => {
    await calls(8);
    await evaluateAlarms();
    const { metric, composite } = await describeAlarms();
    seen = [...metric, ...composite].find(({ AlarmName }) => AlarmName === `${STACK}-${name}`)?.StateValue;
    return seen === wanted;
  };
  await until(look, 2 * MINUTES, () => `${name} is ${seen}`);
}

describe("every page's Diagnosis", () => {
  const seen = new Set<string>();
  beforeAll(async () => {
    await calls(3);
    await runGovernanceJob();
  }, MINUTES);

  it.each(PAGES)(
    "%s: all its lines work as pasted",
    async (name) => {
      const page = new Page(name);
      const isNew = (line: string) => /^\w+=/.test(line) || !seen.has(line);
      const lines = emulated(page.lines("Diagnosis")).filter(isNew);
      for (const line of lines) seen.add(line);
      const ran = await onCall(page, lines);
      expect(ran).toHaveLength(lines.length);
      expect(failed(ran)).toEqual([]);
    },
    5 * MINUTES,
  );
});

async function runGovernanceJob(): Promise<void> {
  await new SageMakerClient(clientConfig(target.awsUrl)).send(
    new CreateProcessingJobCommand({
      ProcessingJobName: `${STACK}-governance-1`,
      RoleArn: "arn:aws:iam::123456789012:role/governance",
      AppSpecification: { ImageUri: "image" },
      ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: "ml.m5.large", VolumeSizeInGB: 1 } },
    }),
  );
}

/** The page that somebody who is paged begins with names the alarms that are on. */
async function expectPaged(): Promise<void> {
  const page = new Page("incident.md");
  const [alarms] = await onCall(page, page.lines("Diagnosis").slice(0, 1));
  for (const name of ["incident", "availability-fast-burn", "error-rate"])
    expect(alarms?.printed).toContain(`${STACK}-${name}`);
}

describe("endpoint unavailable", () => {
  const page = new Page("endpoint-errors.md");

  it(
    "is noticed, found and mended by the pages' own lines",
    async () => {
      const endpoint = `${STACK}-${(await stackOutputs(target.awsUrl))("ModelVersion")}`;
      await new SageMakerClient(clientConfig(target.awsUrl)).send(
        new DeleteEndpointCommand({ EndpointName: endpoint }),
      );

      for (const answer of await calls(10)) expect(answer).toMatchObject({ status: 503, code: "model_unavailable" });
      await untilAlarm("error-rate", "ALARM");
      await untilAlarm("incident", "ALARM");
      await expectPaged();

      const ran = await onCall(page, emulated(page.lines("Diagnosis")));
      expect(failed(ran).map(({ line }) => line)).toEqual([
        expect.stringContaining("describe-endpoint"), // it is gone: the page's table says what that means
      ]);
      expect(ran[1]?.printed).toBe(endpoint);
      expect(ran[2]?.printed).not.toContain(endpoint);

      const mended = await onCall(page, page.lines("Mitigation", "Make the endpoint again"));
      expect(failed(mended)).toEqual([]);
      expect(await call()).toMatchObject({ status: 200 });
      await untilAlarm("availability-fast-burn", "OK");
      await untilAlarm("availability-slow-burn", "OK");
    },
    8 * MINUTES,
  );
});

describe("bad release", () => {
  const page = new Page("errors.md");

  it(
    "is noticed, found and mended by the pages' own lines",
    async () => {
      breakPredict();
      await local.deploy(target.awsUrl, () => undefined, { release: "immediate" }); // as `npm run deploy:emergency` does

      const answers = await calls(10);
      for (const answer of answers) expect(answer).toMatchObject({ status: 500, code: "internal_error" });
      await untilAlarm("error-rate", "ALARM");
      await untilAlarm("incident", "ALARM");
      await expectPaged();

      const ran = await onCall(page, emulated(page.lines("Diagnosis")), String(answers[0]?.id));
      expect(failed(ran)).toEqual([]);
      expect(ran.at(-1)?.printed).toContain(`"correlation_id":"${answers[0]?.id}"`);
      expect(ran.map(({ printed }) => printed).join("\n")).toMatch(/version 2 .*100 % of the traffic/);

      const [rollback = ""] = page.lines("Mitigation");
      const [mended] = await onCall(page, [`${rollback} --yes`]);
      expect(mended).toMatchObject({ code: 0, printed: expect.stringContaining("Version 1 has all traffic again") });
      expect(await call()).toMatchObject({ status: 200 });
      await untilAlarm("availability-fast-burn", "OK");
      await untilAlarm("availability-slow-burn", "OK");
    },
    8 * MINUTES,
  );
});

/** The function's code in the workspace gets a fault that no test saw. */
function breakPredict(): void {
  const file = path.join(local.workspace, "src", "predict", "predict.ts");
  const good = readFileSync(file, "utf8");
  const bad = good.replace(
    "const text = textOf(request);",
    '$&\n    if (Date.now() > 0) throw new TypeError("a fault");',
  );
  expect(bad).not.toBe(good);
  writeFileSync(file, bad);
}
