import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { makeLocalReport, type ReportOptions } from "../../../deploy/governance/local-report";
import { makeReport } from "../../../deploy/governance/report";
import { makeModel } from "./model-files";
import { summaryOf } from "./summaries";

jest.mock("../../../deploy/governance/report"); // it runs the job; report.test.ts has it

let folder: string;
let options: ReportOptions;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "serin-local-report-"));
  process.env["SERIN_STATE"] = folder;
  options = { model: makeModel(path.join(folder, "candidate")), baseline: "none", region: "us-east-1" };
  jest.mocked(makeReport).mockResolvedValue(summaryOf("ok"));
  jest.spyOn(console, "error").mockImplementation(() => undefined);
});
afterEach(() => {
  delete process.env["SERIN_STATE"];
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function made(changed: Partial<ReportOptions> = {}, comparedWithEarlier = true) {
  const interruption = { signal: new AbortController().signal, goesOn: "" };
  const report = await makeLocalReport({ ...options, ...changed }, comparedWithEarlier, interruption);
  const [, request] = jest.mocked(makeReport).mock.lastCall ?? [];
  return { report, request };
}

it("goes to a new folder beside the earlier ones, and says what is compared", async () => {
  const { report, request } = await made();
  expect(report.summary).toEqual(summaryOf("ok"));
  expect(report.out).toMatch(new RegExp(`^${folder}/governance/\\d{4}-\\d\\d-\\d\\dT\\d{6}$`));
  expect(request).toMatchObject({ out: report.out, model: { version: "candidate" }, baseline: undefined });
  expect(console.error).toHaveBeenCalledWith("Model candidate, compared with no other");
});

it("leaves nothing of what it made on the way", async () => {
  const { request } = await made();
  expect(request?.scratch).toContain("serin-governance-");
  expect(existsSync(request?.scratch ?? "")).toBe(false);
});

describe("earlier reports of this machine", () => {
  beforeEach(() => mkdirSync(path.join(folder, "governance")));

  it("are the weeks before", async () => {
    expect((await made()).request?.history).toBe(path.join(folder, "governance"));
  });

  it.each([{ data: "reviews.csv" }, { config: "config.json" }, { out: "report" }])(
    "are not comparable with a report of one's own data, questions or folder: %j",
    async (changed) => {
      expect((await made(changed)).request).toMatchObject({ ...changed, history: undefined });
    },
  );

  it("do not count for the gate, nor where there are none", async () => {
    expect((await made({}, false)).request?.history).toBeUndefined();
    rmSync(path.join(folder, "governance"), { recursive: true });
    expect((await made()).request?.history).toBeUndefined();
  });
});

it("needs a local target for a version that is registered there", async () => {
  await expect(made({ model: "1f0c6a9d2b7e", stage: "local" })).rejects.toThrow("No local target is running");
});
