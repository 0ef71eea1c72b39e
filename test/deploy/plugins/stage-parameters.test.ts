import { readFileSync } from "node:fs";
import path from "node:path";
import {
  checkForAws,
  checkParameters,
  givenParameters,
  lastingParameters,
  RULES,
} from "../../../deploy/plugins/stage-parameters";
import { ROOT } from "../../../deploy/root";

/** Name and value of each parameter that serverless.yml has a default for. */
function defaults(): [string, string][] {
  const yaml = readFileSync(path.join(ROOT, "serverless.yml"), "utf8");
  const block = /^params:\n {2}default:\n((?: {4}.*\n)+)/m.exec(yaml)?.[1] ?? "";
  return [...block.matchAll(/^ {4}(\w+): *("[^"]*"|[^ #\n]*)/gm)].map(([, name = "", value = ""]) => [
    name,
    value.replaceAll('"', ""),
  ]);
}

it.each(defaults())("the parameter %s of serverless.yml has a rule, which accepts its default %j", (name, value) => {
  expect(RULES).toHaveProperty(name);
  expect(() => checkParameters({ [name]: value }, [name])).not.toThrow();
});

/** They have no default: nothing is used in their place. */
const WITHOUT_DEFAULT = ["deploymentRole", "modelVersion", "permissionsBoundary", "previousModel"];

it("no rule is about a parameter that serverless.yml does not use", () => {
  const names = [...WITHOUT_DEFAULT, ...defaults().map(([name]) => name)];
  expect(Object.keys(RULES).filter((name) => !names.includes(name))).toEqual([]);
});

describe("a value", () => {
  const names = Object.keys(RULES);

  it.each([
    ["hosting", "sometimes", "serverless or realtime"],
    ["network", "vpc", "public or private"],
    ["instanceType", "c6i.large", "such as ml.c6i.large"],
    ["modelBudgetMs", "fast", "a whole number of milliseconds, 50 to 4500"],
    ["modelBudgetMs", "5000", "50 to 4500"],
    ["modelBudgetMs", "-1", "50 to 4500"],
    ["alarmEmail", "ops", "an e-mail address, or left out"],
    ["alarmEmail", "a@example.com,b@example.com", "an e-mail address"],
    ["slackWorkspace", "my-team", "such as T0123ABCD"],
    ["slackChannel", "#alarms", "such as C0123ABCD"],
    ["owner", "a{b}", "a tag's value"],
    ["costCentre", "x".repeat(257), "at most 256"],
    ["account", "1234", "the 12 digits of an AWS account"],
    ["callbackUrl", "http://app.example.com/", "an https:// address, or http://localhost"],
    ["callbackUrl", "https://app.example.com/#top", "an https:// address"],
    ["docsUrl", "docs", "an https:// address or a path"],
    ["modelVersion", "latest", "the id of a model version"],
    ["previousModel", "None", "the id of a model version"],
    ["release", "fast", "canary or immediate"],
    ["governanceImage", "ours", "serin or clarify"],
    ["governanceInstanceType", "ml.c7g.xlarge", "such as ml.m5.xlarge"],
    ["governanceInstanceType", "ml.m5d.xlarge", "such as ml.m5.xlarge"],
    ["governanceSchedule", "0 3 * * ? *", "a time of the week in UTC"],
    ["governanceSchedule", "0 25 ? * MON *", "a time of the week in UTC"],
    ["governanceSchedule", "rate(7 days)", "a time of the week in UTC"],
    ["reportsRetentionDays", "7", "60 to 36500"],
    ["reportsLockDays", "-1", "a whole number of days"],
  ])("%s=%s is refused with what it can be", (name, value, expected) => {
    expect(() => checkParameters({ [name]: value }, names)).toThrow(
      `The parameter ${name} is ${JSON.stringify(value)}`,
    );
    expect(() => checkParameters({ [name]: value }, names)).toThrow(expected);
  });

  it.each([
    ["callbackUrl", "http://localhost:3000/"],
    ["callbackUrl", "https://app.example.com/signed-in?from=serin"],
    ["docsUrl", "https://docs.example.com/errors"],
    ["previousModel", "none"],
    ["modelVersion", "0123456789ab"],
    ["owner", "Language Team"],
    ["account", "123456789012"],
    ["governanceSchedule", "30 22 ? * SUN *"],
    ["governanceInstanceType", "ml.c6i.2xlarge"],
  ])("%s=%s is accepted", (name, value) => {
    expect(() => checkParameters({ [name]: value }, names)).not.toThrow();
  });

  it("of an unknown parameter is not ignored: the known ones are named", () => {
    expect(() => checkParameters({ alarmMail: "ops@example.com" }, ["alarmEmail"])).toThrow(
      /^There is no parameter alarmMail; there are account, alarmEmail, .*, userPoolProtection$/,
    );
  });

  it("of a lock that outlives the reports is refused", () => {
    const values = { reportsLockDays: "400", reportsRetentionDays: "365" };
    expect(() => checkParameters(values, names)).toThrow(
      "reportsLockDays is 400, more than reportsRetentionDays, which is 365",
    );
  });

  it.each([{ slackWorkspace: "T0123ABCD" }, { slackChannel: "C0123ABCD", slackWorkspace: "" }])(
    "of one half of Slack is refused: %j",
    (values) => {
      expect(() => checkParameters(values, names)).toThrow("Give both or none");
    },
  );
});

describe("on AWS", () => {
  const values = Object.fromEntries(defaults());
  const check = (changes: Record<string, string>) => () => checkForAws({ ...values, ...changes });

  it("a model's archive must bring its packages", () => {
    expect(check({ modelDependencies: "none" })).toThrow("modelDependencies is none, which is for the local target");
  });

  it("the defaults end before their functions do", () => {
    expect(check({})).not.toThrow();
  });

  it.each([
    [{ modelBudgetMs: "4500", limiterTimeoutMs: "400" }, "modelBudgetMs (4500) are 5300 ms together", "predict", 5000],
    [{ modelBudgetMs: "4500", limiterTimeoutMs: "250" }, "modelBudgetMs (4500) are 5000 ms together", "predict", 5000],
    [{ explainBudgetMs: "9000", limiterTimeoutMs: "500" }, "(9000) are 10000 ms together", "explain", 10_000],
  ])("%j are too long together", (changes, sum, functionName, timeout) => {
    expect(check(changes)).toThrow(`${sum}, but AWS ends ${functionName} after ${timeout} ms`);
    expect(timeoutOf(functionName)).toBe(timeout);
  });

  it.each([{ modelBudgetMs: "4500", limiterTimeoutMs: "249" }, { explainBudgetMs: "9000" }])(
    "%j are not",
    (changes) => {
      expect(check(changes)).not.toThrow();
    },
  );
});

/** In ms, as serverless.yml has it. */
function timeoutOf(functionName: string): number {
  const yaml = readFileSync(path.join(ROOT, "serverless.yml"), "utf8");
  const own = new RegExp(`^ {2}${functionName}:\\n(?: {4}.*\\n)*? {4}timeout: (\\d+)`, "m").exec(yaml)?.[1];
  return 1000 * Number(own ?? /^provider:\n(?: {2}.*\n)*? {2}timeout: (\d+)/m.exec(yaml)?.[1]);
}

describe("--param", () => {
  it("gives a value, which may have an equals sign", () => {
    expect(givenParameters(["docsUrl=https://e.com/?a=b", "owner=me "])).toEqual({
      docsUrl: "https://e.com/?a=b",
      owner: "me",
    });
    expect(givenParameters()).toEqual({});
  });

  it.each(["alarmEmail", "alarmEmail=", "=x"])("%s gives nothing", (param) => {
    expect(() => givenParameters([param])).toThrow('write --param="name=value"');
  });

  it("lasts, unless it is about one release", () => {
    const given = { owner: "me", modelVersion: "0123456789ab", release: "immediate", onInconclusive: "pass" };
    expect(lastingParameters(given)).toEqual({ owner: "me" });
  });
});
