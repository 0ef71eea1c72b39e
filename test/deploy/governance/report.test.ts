// Reports by doubles of the job and of the probe, which a repository of the test's own holds.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { makeReport, type ReportRequest } from "../../../deploy/governance/report";
import { ensurePython } from "../../../deploy/python-env";
import { until } from "../../until";
import { write } from "../model-folder";
import { summaryOf } from "./summaries";

jest.mock("../../../deploy/python-env", () => ({
  ...jest.requireActual<object>("../../../deploy/python-env"),
  ensurePython: jest.fn(), // it may need a package index
}));

/** Writes its arguments, then does what behaviour.py says. */
const JOB = `
import json, pathlib, signal, sys
import serving  # of model/
out = pathlib.Path(sys.argv[sys.argv.index("--out") + 1])
out.mkdir(parents=True, exist_ok=True)
(out / "arguments.json").write_text(json.dumps(sys.argv[1:]))
exec(pathlib.Path("behaviour.py").read_text())
`;
const PROBE = 'import pathlib, sys; pathlib.Path(sys.argv[2]).write_text("rows")';
/** A JSON string is a string of Python, too. */
const succeed = (summary: unknown, code = 0) =>
  `(out / "summary.json").write_text(${JSON.stringify(JSON.stringify(summary))})\nsys.exit(${code})`;

let root: string;
let request: ReportRequest;
let abort: AbortController;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "serin-report-"));
  abort = new AbortController();
  write(root, "clarify/job/__main__.py", JOB);
  write(root, "clarify/probe/__main__.py", PROBE);
  write(root, "model/serving/__init__.py", "");
  write(root, "behaviour.py", succeed(summaryOf("ok")));
  request = {
    model: { version: "new", place: "/models/new" },
    baseline: undefined,
    data: undefined,
    config: undefined,
    history: undefined,
    out: path.join(root, "reports", "one"),
    scratch: root,
  };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const make = (changed: Partial<ReportRequest> = {}) =>
  makeReport(root, { ...request, ...changed }, { signal: abort.signal, goesOn: "" });
const given = (): unknown => JSON.parse(readFileSync(path.join(request.out, "arguments.json"), "utf8"));

describe("a report", () => {
  it("is of the probe sentences, whose texts it may show, with the committed configuration", async () => {
    expect(await make()).toEqual(summaryOf("ok"));
    const probe = path.join(root, "probe.csv");
    const config = path.join(root, "clarify", "config", "analysis_config.json");
    const files = ["--data", probe, "--probe", "--config", config];
    expect(given()).toEqual([...files, "--model", "new=/models/new", "--out", request.out]);
    expect(readFileSync(probe, "utf8")).toBe("rows");
    expect(ensurePython).toHaveBeenCalledWith("governance", expect.any(Function));
  });

  it("is of what it is told", async () => {
    const baseline = { version: "old", place: "/models/old.tar.gz" };
    await make({ baseline, data: "/data/reviews.csv", config: "/data/config.json", history: "/reports" });
    const files = ["--data", "/data/reviews.csv", "--config", "/data/config.json"];
    const models = ["--model", "new=/models/new", "--baseline", "old=/models/old.tar.gz"];
    expect(given()).toEqual([...files, ...models, "--history", "/reports", "--out", request.out]);
    expect(existsSync(path.join(root, "probe.csv"))).toBe(false);
  });

  it("may say worse", async () => {
    write(root, "behaviour.py", succeed(summaryOf("worse"), 3));
    expect(await make()).toMatchObject({ verdict: "worse" });
  });

  it("is refused when it is not of the form that is known", async () => {
    write(root, "behaviour.py", succeed({ ...summaryOf("ok"), version: "2" }));
    await expect(make()).rejects.toThrow("summary.json is not of the form");
  });

  it("fails with the job", async () => {
    write(root, "behaviour.py", "sys.exit(1)");
    await expect(make()).rejects.toThrow("The governance report could not be made (exit 1).");
  });

  it("fails without the probe", async () => {
    write(root, "clarify/probe/__main__.py", "raise SystemExit(2)");
    await expect(make()).rejects.toThrow("The probe sentences could not be made (exit 2).");
  });
});

describe("Ctrl-C", () => {
  const isWaiting = () => existsSync(path.join(request.out, "waiting"));
  const begun = async (): Promise<{ readonly ended: Promise<unknown> }> => {
    const ended = make().catch((error: unknown) => error);
    await until(isWaiting, 20_000);
    return { ended };
  };

  it("ends the job in order, once", async () => {
    const tidy = '(out / "tidied").touch(); sys.exit(130)';
    write(root, "behaviour.py", `signal.signal(signal.SIGINT, lambda *_: tidy())\ndef tidy(): ${tidy}\n${WAIT}`);
    const { ended } = await begun();
    abort.abort();
    expect(await ended).toMatchObject({ name: "AbortError" });
    expect(existsSync(path.join(request.out, "tidied"))).toBe(true);
  });

  it("pressed again ends us, and kills a job that does not end", async () => {
    write(root, "behaviour.py", `signal.signal(signal.SIGINT, signal.SIG_IGN)\n${WAIT}`);
    const { ended } = await begun();
    abort.abort();
    process.emit("exit", 130);
    expect(await ended).toMatchObject({ name: "AbortError" });
  });

  it("before it begins leaves nothing", async () => {
    abort.abort();
    await expect(make()).rejects.toMatchObject({ name: "AbortError" });
    expect(existsSync(request.out)).toBe(false);
  });

  const WAIT = '(out / "waiting").touch()\nwhile True: signal.pause()';
});
