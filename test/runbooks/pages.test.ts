// Each alarm leads to a page, and what a page names is there: commands, options, metrics, fields, resources.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { SLS } from "../../deploy/local/workspace";
import { type PackagedService, packageService, type Resource } from "../../deploy/packaged-service";
import { RULES } from "../../deploy/plugins/stage-parameters";
import { ROOT } from "../../deploy/root";
import { scripts } from "../../package.json";
import { PROBLEMS } from "../../src/http/problem";
import { fieldsOf } from "./insights";
import { index, PAGES, Page, SECTIONS } from "./page";
import { fieldNames, writtenByExplainability, writtenByPredict, writtenByRelease } from "./telemetry";

/** Of AWS's own services, used in no alarm and no widget. */
const OTHER_METRICS = ["ConsumedWriteCapacityUnits", "SystemErrors", "Throttles", "CPUUtilization", "OverheadLatency"];
/** Fields that Logs Insights finds in every line, and in those of Lambda. */
const AWS_FIELDS = ["@timestamp", "@message", "@requestId", "@type", "@duration", "@initDuration"];
/** States and errors of AWS that pages tell about. */
const AWS_WORDS =
  "OK ALARM JWT InService Failed OutOfService Updating RollingBack Stopped Completed AccessDenied DeleteEndpoint AlgorithmError CapacityError ResourceLimitExceeded NoSuchBucket ResourceNotFoundException AccessDeniedException ThrottlingException ProvisionedThroughputExceededException TimeoutError ModelError";

const pages = PAGES.map((name) => new Page(name));
const all = [...pages, index()];
const everything = {
  alarmEmail: "on-call@example.com",
  slackWorkspace: "T0123ABCD",
  slackChannel: "C0123ABCD",
  network: "private",
};

let packaged: readonly PackagedService[];
let fields: ReadonlySet<string>;
let ownMetrics: ReadonlySet<string>;
/** Names of errors that the newest report is read with. */
let reportFailures: readonly string[];
beforeAll(async () => {
  const params = Object.entries(everything).map(([name, value]) => `--param=${name}=${value}`);
  packaged = [packageService("prod"), packageService("prod", ...params)];
  const ofExplainability = await writtenByExplainability();
  const lines = [...(await writtenByPredict()), ...ofExplainability];
  const isMetrics = (line: object) => "_aws" in line;
  ownMetrics = new Set(lines.filter(isMetrics).flatMap(Object.keys));
  const written = [...lines.filter((line) => !isMetrics(line)), writtenByRelease].flatMap((line) => fieldNames(line));
  reportFailures = ofExplainability.flatMap(({ report_failure: name }) => (typeof name === "string" ? [name] : []));
  fields = new Set([...written, ...AWS_FIELDS, ...accessLogFields()]);
}, 120_000);
afterAll(() => {
  for (const service of packaged) service.remove();
});

const resources = () => packaged.flatMap(({ template }) => Object.values(template.Resources));
const templateText = () => JSON.stringify(packaged.map(({ template }) => template));

function alarms(): readonly Resource[] {
  return resources().filter(({ Type }) => /^AWS::CloudWatch::(Composite)?Alarm$/.test(Type));
}

const pageOf = ({ Properties }: Resource): string | undefined =>
  /What to do: runbooks\/([\w-]+\.md)$/.exec(String(Properties["AlarmDescription"]))?.[1];

function accessLogFields(): readonly string[] {
  const stage = resources().find(({ Type }) => Type === "AWS::ApiGatewayV2::Stage");
  const format = /"Format":"((?:[^"\\]|\\.)*)"/.exec(JSON.stringify(stage))?.[1] ?? "";
  return found(format.replaceAll("\\", ""), /"(\w+)":/g);
}

function found(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, first = ""]) => first);
}

/** What of `words` none of `known` is. */
const unknown = (words: Iterable<string>, known: Iterable<string>) => {
  const set = new Set(known);
  return [...new Set(words)].filter((word) => !set.has(word));
};

describe("alarms", () => {
  it("each end with a page that exists", () => {
    expect(alarms().length).toBeGreaterThan(20);
    const without = alarms().filter((alarm) => !PAGES.includes(pageOf(alarm) ?? ""));
    expect(without.map(({ Properties }) => Properties["AlarmName"])).toEqual([]);
  });

  it("or another page lead to every page", () => {
    const reached = all.flatMap(({ name, text }) => found(text, /\]\(([\w-]+\.md)/g).filter((link) => link !== name));
    expect(unknown(PAGES, [...alarms().map(pageOf), ...reached].map(String))).toEqual([]);
  });

  it("all have a row in the index or on the page of the alarm that sums them up", () => {
    const listed = ["README.md", "incident.md", "attention.md"].map((name) => new Page(name).text).join("\n");
    const names = alarms().map(({ Properties }) => JSON.stringify(Properties["AlarmName"]));
    const parts = found(names.join("\n"), /serin-prod-([a-z]+(?:-[a-z0-9]+)*?)(?:-burn-\w+|-[0-9a-f]{12}|-\$.*)?"/g);
    const isTold = (name: string) => listed.includes(name) || name.startsWith("canary");
    expect([...new Set(parts)].filter((name) => !isTold(name))).toEqual(["silence", "busy-day"]); // no-traffic has both
  });
});

describe.each(pages.map((page) => [page.name, page] as const))("%s", (_, page) => {
  it("has all sections, in their order", () => {
    expect(page.titles).toEqual(SECTIONS);
    expect(SECTIONS.filter((title) => page.section(title).trim() === "")).toEqual([]);
  });

  it("sets its blanks once, at the top, and has no other", () => {
    expect(page.blanks).toBe("export STAGE=prod CORRELATION_ID=none AWS_PAGER=");
    const lines = page.lines().slice(1);
    const set = lines.flatMap((line) => found(line, /^(\w+)=\$\(/g));
    const used = lines.flatMap((line) => found(line.replaceAll("$default", ""), /\$\{?(\w+)/g));
    expect(unknown(used, [...set, "STAGE", "CORRELATION_ID"])).toEqual([]);
  });

  it("has the saved queries' own texts", () => {
    const definitions = resources().filter(({ Type }) => Type === "AWS::Logs::QueryDefinition");
    const saved = new Map(
      definitions.map(({ Properties }) => [Properties["Name"], Properties["QueryString"]] as const),
    );
    for (const [name, text] of page.queries) expect([name, saved.get(`serin-prod/${name}`)]).toEqual([name, text]);
    expect(found(page.text, /```(logs-insights)/g)).toHaveLength(page.queries.size);
  });

  it("asks the logs for fields that are written", () => {
    for (const [name, text] of page.queries) expect([name, unknown(fieldsOf(text), fields)]).toEqual([name, []]);
    expect(unknown(found(page.text, /\{ \$\.(\w+)/g), fields)).toEqual([]);
  });

  it("asks for metrics that are there", () => {
    const asked = page.lines().flatMap((line) => {
      const [, namespace, name] = /--namespace (\S+) --metric-name (\S+)/.exec(line) ?? [];
      return namespace === undefined ? [] : [{ namespace, name: String(name) }];
    });
    const inTemplate = found(templateText(), /\\*"MetricName\\*":\\*"(\w+)/g);
    for (const { namespace, name } of asked)
      expect([
        ...(namespace === "Serin" ? ownMetrics : [...inTemplate, ...OTHER_METRICS, ...dashboardMetrics()]),
      ]).toContain(name);
  });
});

/** Names in the dashboard's widgets: `["AWS/SageMaker", "Invocations", …]`. */
function dashboardMetrics(): readonly string[] {
  return found(templateText(), /\\*"AWS\/\w+\\*", ?\\*"(\w+)/g);
}

describe("what pages name", () => {
  const codes = all.flatMap((page) => page.codes);
  const queries = new Map(all.flatMap((page) => [...page.queries]));

  it("are parts of the compiled stage", () => {
    const names = all.flatMap(({ text }) =>
      found(text, /((?:\/aws\/[\w/-]+\/|\/serin\/|\b)(?:CodeDeployHook_)?serin-(?:<stage>|\$STAGE)[\w<>-]*)/g),
    );
    const strings = templateText();
    const isThere = (name: string) => {
      const pattern = name.replace(/<stage>|\$STAGE/, "prod").replaceAll(/<\w+>/g, '[^"]+');
      return new RegExp(pattern).test(strings);
    };
    expect([...new Set(names)].filter((name) => !isThere(name))).toEqual([]);
  });

  it("are parameters of serverless.yml", () => {
    const given = all.flatMap(({ text }) => found(text, /--param="(\w+)=/g));
    const named = codes.filter((code) => /^[a-z]+([A-Z][a-z]+)+$/.test(code));
    expect(unknown([...given, ...named], Object.keys(RULES))).toEqual([]);
  });

  it("are log fields, error codes or columns of a query", () => {
    const columns = [...queries.values()].flatMap((text) => found(text, /\bas (\w+)/g));
    const named = codes.filter((code) => /^[a-z0-9]+(_[a-z0-9]+)+$/.test(code));
    expect(unknown(named, [...fields, ...columns, ...Object.keys(PROBLEMS), "invalid_answer"])).toEqual([]);
  });

  it("are queries or alarms", () => {
    const text = templateText();
    const named = codes.filter((code) => /^[a-z]+(-[a-z0-9]+)+$/.test(code) && !queries.has(code));
    expect(named.filter((code) => !text.includes(`serin-prod-${code}`))).toEqual([]);
  });

  it("are metrics, outputs, errors, or words of AWS", () => {
    const named = codes.filter((code) => /^[A-Z][A-Za-z0-9]{2,}$/.test(code) || code === "OK");
    const outputs = packaged.flatMap(({ template }) => Object.keys(template.Outputs));
    const metrics = [
      ...ownMetrics,
      ...OTHER_METRICS,
      ...dashboardMetrics(),
      ...found(templateText(), /\\*"MetricName\\*":\\*"(\w+)/g),
    ];
    expect(unknown(named, [...metrics, ...outputs, ...reportFailures, ...AWS_WORDS.split(" ")])).toEqual([]);
  });

  it("is every saved query somewhere", () => {
    const saved = found(
      readFileSync(path.join(ROOT, "deploy", "queries.yml"), "utf8"),
      /Name: serin-\$\{sls:stage\}\/(\S+)/g,
    );
    expect(unknown(saved, queries.keys())).toEqual([]);
  });
});

describe("commands in pages", () => {
  const commands = all.flatMap(({ codes, ...page }) => [...codes, ...new Page(page.name).lines()]);
  const optionsOf = (command: string) =>
    found(command.replaceAll(/"[^"]*"/g, ""), /(--[a-z-]+)/g).filter((option) => option !== "--silent");
  const used = new Map<string, string[]>();
  for (const command of commands) {
    const [, name, rest = ""] = /^npm run (?:--silent )?([\w:-]+)(.*)$/.exec(command) ?? [];
    if (name !== undefined) used.set(name, [...(used.get(name) ?? []), ...optionsOf(rest)]);
  }
  const helpOf = (...args: readonly string[]) =>
    execFileSync(process.execPath, ["--import", "tsx", ...args, "--help"], { cwd: ROOT, encoding: "utf8" });

  it("are npm scripts", () => {
    expect(unknown(used.keys(), Object.keys(scripts))).toEqual([]);
    expect(used.size).toBeGreaterThan(4);
  });

  it.each([...used].filter(([, options]) => options.length > 0))(
    "npm run %s has the options",
    (name, options) => {
      const file = /(\S+\.ts)/.exec(String(Reflect.get(scripts, name)))?.[1] ?? "";
      expect(unknown(options, found(helpOf(file), /(--[a-z-]+)/g))).toEqual([]);
    },
    60_000,
  );

  it("see all resources of a stack", () => {
    expect(commands.filter((command) => command.includes("describe-stack-resources"))).toEqual([]); // ends after 100
  });

  it("sls deploy has the options", () => {
    const options = commands.filter((command) => /^ *(npx sls )?deploy /.test(command)).flatMap(optionsOf);
    expect(options).toContain("--param");
    const help = execFileSync(process.execPath, [SLS, "deploy", "--help"], { cwd: ROOT, encoding: "utf8" });
    expect(unknown(options, found(help, /(--[a-z-]+)/g))).toEqual([]);
  }, 60_000);
});
