import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { GetParametersByPathCommand } from "@aws-sdk/client-ssm";
import type { Consent } from "../../../deploy/governance/release-check";
import { makeReport } from "../../../deploy/governance/report";
import { UserError } from "../../../deploy/local/user-error";
import { metricsBeside } from "../../../deploy/release/metrics-table";
import { readRegistry } from "../../../deploy/release/models";
import { promote } from "../../../deploy/release/promotion";
import { slsDeploy } from "../../../deploy/release/sls-deploy";
import type { ReportSummary } from "../../../src/governance/summary";
import { archiveOf, makeModel, OTHER_METRICS } from "../governance/model-files";
import { summaryOf, WORSE } from "../governance/summaries";
import { ARN, awsError, World } from "./world";

jest.mock("../../../deploy/governance/report"); // it runs the job; report.test.ts has it
jest.mock("../../../deploy/release/sls-deploy"); // it deploys for real; sls-deploy.test.ts and the end-to-end tests have it

let world: World;
let printed: string[];
let folder: string;
/** Archives by version; those of the two models differ in what is said of them. */
let archives: Map<string, Buffer>;
beforeEach(async () => {
  world = new World();
  folder = mkdtempSync(path.join(tmpdir(), "serin-promotion-"));
  archives = new Map([
    ["model-a", await archiveOf(makeModel(path.join(folder, "model-a")))],
    ["model-b", await archiveOf(makeModel(path.join(folder, "model-b"), { "model.json": OTHER_METRICS }))],
  ]);
  world.s3
    .on(GetObjectCommand)
    .callsFake(({ Key }: { Key: string }) => ({ Body: Readable.from([archives.get(Key.split("/")[4] ?? "")]) }));
  world.model("model-a", 0.81);
  world.model("model-b", 0.79);
  world.store.set("/serin/prod/models/active-version", "model-b");
  world.store.set("/serin/prod/models/previous-version", "none");
  world.release({ from: "2", to: "3" });
  printed = [];
  jest.spyOn(console, "log").mockImplementation((text: unknown) => void printed.push(String(text)));
});
afterEach(() => {
  world.restore();
  jest.restoreAllMocks();
  jest.mocked(slsDeploy).mockReset();
  jest.mocked(makeReport).mockReset();
  rmSync(folder, { recursive: true });
});

const interruption = { signal: new AbortController().signal, goesOn: "" };
const run = (version = "model-a", ask = false, consent: Consent = {}) =>
  promote(world.stage, { version, ask, ...consent }, interruption);

it("shows both models' metrics side by side, then deploys with the new one", async () => {
  await expect(run()).resolves.toBe(0);
  expect(printed[0]).toBe(
    [
      "Active: model-b, uploaded 2026-01-01T00:00:00.000Z",
      "New:    model-a, uploaded 2026-01-01T00:00:00.000Z, trained",
      "",
      "set        macro-F1 active     new  points  accuracy active     new  points",
      "test/sst3           74.0 %  76.0 %    +2.0           79.0 %  81.0 %    +2.0",
    ].join("\n"),
  );
  expect(slsDeploy).toHaveBeenCalledWith(world.stage, { modelVersion: "model-a" }, interruption);
  expect(printed.at(-1)).toBe("Promoted: model model-a is active in stage prod.");
});

it("does nothing for the active model", async () => {
  await expect(run("model-b")).resolves.toBe(0);
  expect(printed).toEqual(["Model model-b is active in stage prod already."]);
  expect(slsDeploy).not.toHaveBeenCalled();
});

const WHY = "the old one fails, two have reviewed this";

describe("governance", () => {
  const found = (summary: ReportSummary) => jest.mocked(makeReport).mockResolvedValue(summary);
  beforeEach(async () => {
    archives.set("model-a", await archiveOf(makeModel(path.join(folder, "other"), { "model.onnx": "other weights" })));
  });

  it("need not look at models that answer alike", async () => {
    archives.set("model-a", archives.get("model-b") ?? Buffer.of());
    await expect(run()).resolves.toBe(0);
    expect(printed[1]).toMatch(/same weights, tokenizer and code/);
    expect(makeReport).not.toHaveBeenCalled();
  });

  it("compares a model that answers otherwise with the active one, and says what it found", async () => {
    found(summaryOf("ok"));
    await expect(run()).resolves.toBe(0);
    const [, request] = jest.mocked(makeReport).mock.calls[0] ?? [];
    expect(request).toMatchObject({
      model: { version: "model-a", place: expect.stringMatching(/model-a\.tar\.gz$/) },
      baseline: { version: "model-b", place: expect.stringMatching(/model-b\.tar\.gz$/) },
      data: undefined,
      history: undefined,
    });
    expect(printed[1]).toMatch(/^Model new treats no group worse than model old\..*\nReport: .*prod-model-a/);
    expect(world.records()).toEqual([]);
  });

  it("refuses a model that treats groups worse, naming what got worse", async () => {
    found(summaryOf("worse", [WORSE]));
    await expect(run()).rejects.toThrow(/woman: Recall difference \(RD\) 0\.010 -> 0\.090.*\n.*--allow-worse "REASON"/);
    expect(slsDeploy).not.toHaveBeenCalled();
  });

  it.each([
    ["allowWorse", `worse, allowed: ${WHY}`, 1],
    ["withoutGovernance", `without governance: ${WHY}`, 0],
  ])("lets a model pass for a reason, and writes it down before and after (%s)", async (option, why, reports) => {
    found(summaryOf("worse", [WORSE]));
    jest.mocked(slsDeploy).mockImplementation(() => {
      const started = { kind: "promotion", who: ARN, why, from: "3", to: "new", outcome: "started" };
      expect(world.records()).toMatchObject([started]);
      world.alias.version = "4";
      return Promise.resolve();
    });
    await expect(run("model-a", false, { [option]: WHY })).resolves.toBe(0);
    expect(world.records()).toMatchObject([{ why, from: "3", to: "4", outcome: "done" }]);
    expect(makeReport).toHaveBeenCalledTimes(reports);
  });

  it("records that such a promotion failed", async () => {
    jest.mocked(slsDeploy).mockRejectedValue(new UserError("sls deploy failed: no such role"));
    await expect(run("model-a", false, { withoutGovernance: WHY })).rejects.toThrow("no such role");
    expect(world.records()).toMatchObject([{ kind: "promotion", outcome: "failed" }]);
  });

  it.each(["allowWorse", "withoutGovernance"])("wants a reason that says something (%s)", async (option) => {
    await expect(run("model-a", false, { [option]: "asap" })).rejects.toThrow(/must say why .* at least 10 characters/);
    expect(slsDeploy).not.toHaveBeenCalled();
  });

  it("is not passed by when the registry has lost the active model", async () => {
    world.store.delete("/serin/prod/models/versions/model-b/metadata");
    await expect(run()).rejects.toThrow(
      /model model-b is active, but parameter \/serin\/prod\/models\/versions\/model-b\/metadata.* is missing.*--without-governance "REASON"/,
    );
    expect(slsDeploy).not.toHaveBeenCalled();
    await expect(run("model-a", false, { withoutGovernance: WHY })).resolves.toBe(0);
  });

  it("has nothing to compare the first model with", async () => {
    world.store.set("/serin/prod/models/active-version", "none");
    await expect(run()).resolves.toBe(0);
    expect(printed[1]).toBe("Governance: there is no active model to compare with.");
  });
});

describe("a model that Autopilot made", () => {
  const VERSION = "autopilotaaaaaaaaaaaa";
  const KEY = "serverless/serin/prod/models/autopilot/jobs/reviews/model.tar.gz";
  beforeEach(() => {
    world.autopilot(VERSION, KEY);
  });

  it("is released like any other, with the figures that Autopilot measured", async () => {
    await expect(run(VERSION, false, { withoutGovernance: WHY })).resolves.toBe(0);
    expect(printed[0]).toMatch(/autopilot\/validation +- +- +- +- +83\.0 % +-/);
    expect(slsDeploy).toHaveBeenCalledWith(world.stage, { modelVersion: VERSION }, interruption);
  });

  it("cannot be checked before it has an endpoint, so a person has to say why it is released", async () => {
    await expect(run(VERSION)).rejects.toThrow(/Governance cannot be checked:.*--without-governance "REASON"/);
    expect(slsDeploy).not.toHaveBeenCalled();
  });

  it("is asked through its endpoint when it has one", async () => {
    world.versions.set("4", VERSION);
    jest.mocked(makeReport).mockResolvedValue(summaryOf("ok"));
    await expect(run(VERSION)).resolves.toBe(0);
    const [, request] = jest.mocked(makeReport).mock.calls[0] ?? [];
    expect(request?.model.place).toMatch(/^https:.*\/endpoints\/serin-prod-autopilota/);
  });

  it("is refused when its archive is gone, which no deployment brings back", async () => {
    world.archives.delete(KEY);
    await expect(run(VERSION)).rejects.toThrow(/no s3:\/\/bucket\/.*Only another Autopilot job can make it again/);
  });
});

it("asks first", async () => {
  await expect(run("model-a", true)).rejects.toThrow("add --yes");
  expect(slsDeploy).not.toHaveBeenCalled();
});

it.each<[string, () => void, RegExp]>([
  [
    "is not registered",
    () => world.store.delete("/serin/prod/models/versions/model-a/metadata"),
    /registered are: model-b/,
  ],
  ["has no archive", () => world.archives.clear(), /archive of model model-a is gone.*npx sls deploy --stage prod/],
  ["has an archive that we may not see", () => world.s3.on(HeadObjectCommand).rejects(awsError("403")), /s3:GetObject/],
  [
    "has broken metadata",
    () => world.store.set("/serin/prod/models/versions/model-a/metadata", "{"),
    /model-a\/metadata is not/,
  ],
  [
    "meets a running release",
    () => world.release({ from: "3", to: "4", status: "InProgress" }),
    /version 4 still runs.*npm run rollback/,
  ],
  [
    "meets a stuck stack",
    () => Object.assign(world, { stackStatus: "UPDATE_ROLLBACK_FAILED" }),
    /continue-update-rollback/,
  ],
])("refuses a model that %s", async (_, arrange, said) => {
  arrange();
  await expect(run()).rejects.toThrow(said);
  expect(slsDeploy).not.toHaveBeenCalled();
});

describe("a promotion that is rolled back", () => {
  const failing = (release: () => void) =>
    jest.mocked(slsDeploy).mockImplementation(() => {
      release();
      return Promise.reject(new UserError("sls deploy failed: PredictAlias"));
    });

  it("says what the hook found", async () => {
    failing(() => {
      world.release({ from: "3", to: "4", status: "Failed", message: "hook" });
      const finding = { deploymentId: "d-2", verdict: "fail", outcome: "Failed", reasons: ["15 of 400 answers worse"] };
      world.store.set("/serin/prod/releases/d-2", JSON.stringify(finding));
    });
    await expect(run()).rejects.toThrow(
      /^Rolled back: version 3 has all traffic.*\n {2}15 of 400 answers worse\nDeployment d-2/,
    );
  });

  it("says which alarm it was when the hook had passed it", async () => {
    failing(() =>
      world.release({ from: "3", to: "4", status: "Stopped", message: "Alarm serin-prod-canary-errors-4" }),
    );
    await expect(run()).rejects.toThrow(/Rolled back:.*\n {2}Alarm serin-prod-canary-errors-4\n/);
  });

  it("passes osls' own reason on when no release had begun", async () => {
    failing(() => undefined);
    await expect(run()).rejects.toThrow("sls deploy failed: PredictAlias");
  });
});

it("reads every page of the registry", async () => {
  const [first, ...rest] = [...world.store].map(([Name, Value]) => ({ Name, Value }));
  world.ssm.on(GetParametersByPathCommand).resolves({ Parameters: rest });
  world.ssm
    .on(GetParametersByPathCommand, { NextToken: undefined })
    .resolves({ Parameters: first ? [first] : [], NextToken: "2" });
  await expect(run("model-b")).resolves.toBe(0);
  expect(printed[0]).toContain("active in stage prod already");
});

describe("the table of metrics", () => {
  const FIGURES = "set        macro-F1 active     new  points  accuracy active     new  points";

  it("shows a loss with its sign", async () => {
    expect(metricsBeside({ ...(await readRegistry(world.stage)), active: "model-a" }, "model-b")).toContain(
      "test/sst3           76.0 %  74.0 %    -2.0           81.0 %  79.0 %    -2.0",
    );
  });

  it.each([
    ["none", "none"],
    ["model-gone", "model-gone"],
  ])("leaves the active model's figures open when %s is registered as active", async (active, said) => {
    world.store.set("/serin/prod/models/active-version", active);
    const lines = metricsBeside(await readRegistry(world.stage), "model-a").split("\n");
    expect(lines[0]).toBe(`Active: ${said}`);
    expect(lines.slice(-2)).toEqual([
      FIGURES,
      "test/sst3                -  76.0 %       -                -  81.0 %       -",
    ]);
  });

  it("says that the source of a new model without metadata is unknown", async () => {
    const text = metricsBeside(await readRegistry(world.stage), "model-c");
    expect(text).toContain("New:    model-c, unknown");
    expect(text).toContain("test/sst3           74.0 %    -       -           79.0 %    -       -");
  });
});

it("does not take a failure of S3 for an archive that is gone", async () => {
  world.s3.on(HeadObjectCommand).rejects(awsError("SlowDown"));
  await expect(run()).rejects.toThrow("SlowDown");
  expect(slsDeploy).not.toHaveBeenCalled();
});
