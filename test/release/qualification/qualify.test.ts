// A qualification with real handlers as versions: what it asks, what it finds, what it keeps.
import { GetAliasCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { mockClient } from "aws-sdk-client-mock";
import { CONCURRENCY, DEAD_AFTER, WARM_UP_REQUESTS } from "../../../src/release/qualification/compare";
import { GOLDEN_ROWS } from "../../../src/release/qualification/golden";
import { qualify } from "../../../src/release/qualification/qualify";
import type { Line } from "../../capture-stdout";
import { memoryStore } from "../../rate-limit/memory-store";
import { logTail, payload, rightLabel, type VersionOptions, version } from "./versions";

const PASSES = 2;
const WARM_UP = CONCURRENCY * WARM_UP_REQUESTS;
const EVENT = { deploymentId: "d-ABC123" };

jest.setTimeout(60_000); // hundreds of real requests a test, on a machine that may be busy

const lambda = mockClient(LambdaClient);
const ssm = mockClient(SSMClient);
const logger = { info: jest.fn(), error: jest.fn() };

type Version = ReturnType<typeof version>;
type Overrides = Partial<Parameters<typeof qualify>[1]>;

beforeEach(() => {
  lambda.reset();
  ssm.reset();
  jest.resetAllMocks();
});

/** A stack whose alias points at version 6. */
function deployed(canary: Pick<Version, "invoke">, stable: Pick<Version, "invoke"> = version()): void {
  lambda.on(GetAliasCommand, { FunctionName: "predict", Name: "live" }).resolves({ FunctionVersion: "6" });
  for (const [Qualifier, { invoke }] of Object.entries({ 7: canary, 6: stable })) {
    lambda
      .on(InvokeCommand, { FunctionName: "predict", Qualifier, LogType: "Tail" })
      .callsFake(({ Payload }) => invoke(JSON.parse(String(Payload))));
  }
}

function run(overrides: Overrides = {}, event: unknown = EVENT) {
  return qualify(event, {
    functionName: "predict",
    alias: "live",
    canary: "7",
    stable: "6",
    releasesPath: "/serin/dev/releases",
    passes: 1,
    onInconclusive: "fail",
    lambda: new LambdaClient({}),
    ssm: new SSMClient({}),
    logger,
    remainingMs: 300_000,
    warmUpMs: 0,
    ...overrides,
  });
}

async function compared(canary: VersionOptions, stable: VersionOptions = {}, overrides: Overrides = {}) {
  deployed(version(canary), version(stable));
  return run(overrides);
}

const subOf = ({ requestContext }: Version["events"][number]) => requestContext.authorizer.jwt.claims["sub"];
const everyNth = (n: number) => (text: string, asked: number) => (asked % n === 0 ? undefined : rightLabel(text));
const everySecond = () => {
  let count = 0;
  return (line: Line) => (count++ % 2 === 0 ? line : undefined);
};
const denied = () => Object.assign(new Error("not authorized"), { name: "AccessDeniedException" });
const down = () => undefined;
const told = ({ reasons }: { reasons: readonly string[] }) => reasons.join(" ");
const invocations = () => lambda.commandCalls(InvokeCommand).length;

describe("qualification", () => {
  it("passes a version that answers like the stable one, and keeps and logs the record", async () => {
    const record = await compared({});
    expect(record).toMatchObject({
      deploymentId: "d-ABC123",
      canary: "7",
      stable: "6",
      verdict: "pass",
      outcome: "Succeeded",
      p95Ratio: 1,
      errorRate: 0,
      accuracyDifference: 0,
      changedAnswers: 0,
    });
    expect(record.accuracyInterval?.[0]).toBeLessThan(0);
    const [stored] = ssm.commandCalls(PutParameterCommand).map(({ args }) => args[0].input);
    expect(stored).toMatchObject({ Name: "/serin/dev/releases/d-ABC123", Type: "String", Overwrite: true });
    expect(JSON.parse(stored?.Value ?? "")).toEqual(record);
    expect(logger.info.mock.calls).toEqual([["release qualified", { qualification: record }]]);
  });

  it("asks the model for every text of every pass, on quotas that are never used up", async () => {
    const store = memoryStore();
    const [canary, stable] = [version({ store }), version({ store })];
    deployed(canary, stable);
    await run({ passes: PASSES });
    for (const { texts, events, log } of [canary, stable]) {
      expect(events).toHaveLength(WARM_UP + PASSES * GOLDEN_ROWS.length);
      expect(texts).toHaveLength(events.length); // no cached answer, and no refused request
      expect(log().filter((line) => "ComparedLatency" in line).length).toBe(events.length - 1);
      expect(new Set(log().map((line) => line["service"]))).toEqual(new Set(["predict-qualification"]));
    }
    const subs = [...canary.events, ...stable.events].map(subOf);
    for (const sub of new Set(subs)) expect(subs.filter((other) => other === sub).length).toBeLessThanOrEqual(50);
  });

  it("is not answered from the caches of a qualification a minute ago", async () => {
    const stable = version();
    deployed(version(), stable);
    await run();
    await run({}, { deploymentId: "d-DEF456" });
    expect(stable.texts).toHaveLength(stable.events.length);
  });

  it.each<[string, VersionOptions, string, string]>([
    ["half as fast", { latencyMs: () => 40 }, "p95", "2.00"],
    ["failing a tenth of requests", { label: everyNth(10) }, "requests failed", "503 model_unavailable"],
    ["wrong about questions of taste", { label: () => "positive" }, "less accurate", "more than noise"],
  ])("fails a version that is %s", async (_name, canary, criterion, detail) => {
    const record = await compared(canary);
    expect(record).toMatchObject({ verdict: "fail", outcome: "Failed" });
    expect(told(record)).toContain(criterion);
    expect(told(record)).toContain(detail);
    expect(logger.error.mock.calls).toEqual([["release refused", { qualification: record }]]);
  });

  it("reports the share of changed answers, right or wrong", async () => {
    const record = await compared({ label: (text) => (text.length % 50 === 0 ? "neutral" : rightLabel(text)) });
    expect(record.changedAnswers).toBeGreaterThan(0);
    expect(record.changedAnswers).toBeLessThan(0.1);
  });

  it("tells a dead canary after a few requests", async () => {
    const record = await compared({ label: down });
    expect(record).toMatchObject({ verdict: "fail", outcome: "Failed", errorRate: 1 });
    expect(told(record)).toContain("503 model_unavailable");
    expect(invocations()).toBeLessThan(2 * (WARM_UP + DEAD_AFTER + CONCURRENCY));
  });

  it("fails a dead canary also where the stable version is dead, and says so", async () => {
    const record = await compared({ label: down }, { label: down }, { onInconclusive: "pass" });
    expect(record).toMatchObject({ verdict: "fail", outcome: "Failed" });
    expect(told(record)).toContain("The stable version's failures");
  });

  it("counts crashes, which leave no metrics, as failures", async () => {
    deployed({
      invoke: () =>
        Promise.resolve({ FunctionError: "Unhandled", Payload: payload({ errorType: "Runtime.ExitError" }) }),
    });
    const record = await run();
    expect(record).toMatchObject({ verdict: "fail" });
    expect(told(record)).toContain("crash Runtime.ExitError");
  });

  it.each<[string, unknown, string]>([
    ["no sentiment", { statusCode: 200, body: "{}" }, "200 without a sentiment"],
    ["no JSON", { statusCode: 200, body: "<html>" }, "200 without a sentiment"],
    ["a refusal of valid texts", { statusCode: 400, body: '{"code":"invalid_request"}' }, "400 invalid_request"],
    ["nothing", null, "unknown unknown"],
  ])("counts %s as a failure, and says which", async (_name, answer, failure) => {
    deployed({ invoke: () => Promise.resolve({ Payload: payload(answer) }) });
    const record = await run();
    expect(record).toMatchObject({ verdict: "fail", errorRate: 1 });
    expect(told(record)).toContain(failure);
  });

  it.each<[string, VersionOptions, VersionOptions, string]>([
    ["the stable version is dead", {}, { label: down }, "The stable version fails everything"],
    ["the stable version is ill", {}, { label: everyNth(10) }, "nothing to compare with"],
    ["the canary's metrics are missing", { emf: () => undefined }, {}, "Metrics missing"],
    ["the stable version's metrics are missing", {}, { emf: () => undefined }, "Metrics missing"],
    ["half of the metrics are missing", { emf: everySecond() }, {}, "Metrics missing"],
  ])("is inconclusive when %s", async (_name, canary, stable, why) => {
    const record = await compared(canary, stable);
    expect(record).toMatchObject({ verdict: "inconclusive", outcome: "Failed" });
    expect(told(record)).toContain(why);
  });

  it("lets an inconclusive release pass where that is configured, but not a failed one", async () => {
    const stable = { label: down };
    await expect(compared({}, stable, { onInconclusive: "pass" })).resolves.toMatchObject({
      verdict: "inconclusive",
      outcome: "Succeeded",
    });
    await expect(compared({ label: down }, {}, { onInconclusive: "pass" })).resolves.toMatchObject({
      outcome: "Failed",
    });
  });

  it("never compares clocks of the two versions", async () => {
    const skewed = (line: Line) => ({ ...line, _aws: { ...Object(line["_aws"]), Timestamp: Date.UTC(1999, 0) } });
    await expect(compared({ emf: skewed })).resolves.toMatchObject({ verdict: "pass", p95Ratio: 1 });
  });

  it("refuses to compare when the alias was moved since the release was packaged", async () => {
    lambda.on(GetAliasCommand).resolves({ FunctionVersion: "5" });
    const record = await run();
    expect(record).toMatchObject({ verdict: "fail", outcome: "Failed" });
    expect(told(record)).toMatch(/live points at version 5, not at 6.*Deploy again/);
    expect(invocations()).toBe(0);
    expect(ssm.commandCalls(PutParameterCommand)).toHaveLength(1);
  });

  it("throws when the alias cannot be read", async () => {
    lambda.on(GetAliasCommand).rejects(denied());
    await expect(run()).rejects.toThrow("not authorized");
  });

  it("throws when a version may not be invoked", async () => {
    deployed({ invoke: () => Promise.reject(denied()) });
    await expect(run()).rejects.toThrow("not authorized");
  });

  it("keeps its verdict when the record cannot be written, and says so", async () => {
    deployed(version());
    ssm.on(PutParameterCommand).rejects(denied());
    await expect(run()).resolves.toMatchObject({ verdict: "pass", outcome: "Succeeded" });
    expect(logger.error.mock.calls).toEqual([
      ["record not written", { error: "AccessDeniedException: not authorized" }],
    ]);
  });

  it.each([null, {}, { deploymentId: 7 }, { deploymentId: "../d-1" }, { deploymentId: "" }])(
    "refuses the event %j",
    async (event) => {
      await expect(run({}, event)).rejects.toThrow("deploymentId");
      expect(invocations()).toBe(0);
    },
  );

  it("writes no golden text anywhere, even when a version quotes it in its errors", async () => {
    const quoting: Version["invoke"] = ({ body }) => {
      const { text } = JSON.parse(body ?? "");
      const crash = { errorType: text, errorMessage: text, trace: [text] };
      return Promise.resolve({ FunctionError: "Unhandled", Payload: payload(crash), LogResult: logTail([{ text }]) });
    };
    const [good, bad] = [version(), version({ label: everyNth(10) })];
    deployed(bad, good);
    await run();
    deployed({ invoke: quoting });
    await run();
    deployed({ invoke: ({ body }) => Promise.resolve({ Payload: payload({ statusCode: 500, body }) }) });
    await run();
    const written = JSON.stringify([
      logger.info.mock.calls,
      logger.error.mock.calls,
      ssm.commandCalls(PutParameterCommand).map(({ args }) => args[0].input),
      good.log(),
      bad.log(),
    ]);
    expect(logger.error).toHaveBeenCalledTimes(3);
    for (const { text } of GOLDEN_ROWS.filter(({ text }) => text.length > 8)) {
      expect(written).not.toContain(JSON.stringify(text).slice(1, -1));
    }
  });

  it("keeps the record under the 4 KB of a parameter", async () => {
    let asked = 0;
    deployed({
      invoke: () => {
        asked += 1;
        const errorType = `${"E".repeat(60)}${asked % 100}`;
        return Promise.resolve(
          asked % 50 === 0
            ? { Payload: payload({ statusCode: 200, body: '{"sentiment":"neutral"}' }) }
            : { FunctionError: "Unhandled", Payload: payload({ errorType }) },
        );
      },
    });
    await run();
    const [stored] = ssm.commandCalls(PutParameterCommand);
    expect(Buffer.byteLength(stored?.args[0].input.Value ?? "")).toBeLessThan(2_048);
  });
});

describe("qualification without a stable version", () => {
  const alone = async (canary: VersionOptions) => {
    deployed(version(canary));
    return run({ stable: undefined });
  };

  it("passes a version that answers well by itself, and asks no other", async () => {
    const record = await alone({});
    expect(record).toMatchObject({
      stable: "none",
      verdict: "pass",
      outcome: "Succeeded",
      errorRate: 0,
      p95Ratio: null,
    });
    expect(told(record)).toContain("no stable version");
    expect(invocations()).toBe(WARM_UP + GOLDEN_ROWS.length);
    expect(lambda.commandCalls(GetAliasCommand)).toEqual([]);
  });

  it.each<[string, VersionOptions, string]>([
    ["is dead", { label: down }, "fail"],
    ["fails a tenth of requests", { label: everyNth(10) }, "fail"],
    ["answers always the same", { label: () => "positive" }, "fail"],
    ["measures nothing", { emf: () => undefined }, "inconclusive"],
  ])("does not pass one that %s", async (_name, canary, verdict) => {
    await expect(alone(canary)).resolves.toMatchObject({ verdict, outcome: "Failed" });
  });
});
