import { mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { list } from "tar";
import { packageFiles } from "../../../deploy/container-packages";
import { ENGINE_PACKAGES, engineVersion, packEngine } from "../../../deploy/governance/engine-package";
import { write } from "../model-folder";

const FILES = [
  "clarify/analysis/__init__.py",
  "clarify/analysis/schema.json",
  "clarify/analysis/__pycache__/__init__.pyc",
  "clarify/config/analysis_config.json",
  "clarify/job/__init__.py",
  "clarify/probe/__init__.py",
  "clarify/report/__init__.py",
  "clarify/requirements-container.txt",
  "clarify/simulation/__init__.py",
  "clarify/start.py",
  "model/inference.py",
  "model/serving/__init__.py",
  "model/train.py",
];
const PACKED = [
  "analysis/__init__.py",
  "analysis/schema.json",
  "job/__init__.py",
  "report/__init__.py",
  "report/report.css",
  "serving/__init__.py",
  "inference.py",
];

let root: string;
beforeEach(() => {
  root = makeRepository();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function makeRepository(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "serin-engine-"));
  for (const file of [...FILES, "deploy/local/pages/report.css"]) write(folder, file, `content of ${file}`);
  symlinkSync("../../deploy/local/pages/report.css", path.join(folder, "clarify", "report", "report.css"));
  return folder;
}

async function packed(dependencies?: string, from = root): Promise<Map<string, string>> {
  const file = path.join(from, "out", "engine.tar.gz");
  await packEngine(from, file, dependencies);
  const content = new Map<string, string>();
  const read: Promise<unknown>[] = [];
  await list({
    file,
    onReadEntry: (entry) =>
      read.push(entry.concat().then((bytes) => content.set(`${entry.path} ${entry.type}`, bytes.toString()))),
  });
  await Promise.all(read);
  return new Map([...content].map(([name, text]) => [name.replace(" File", ""), text]));
}

describe("the engine's archive", () => {
  it("holds what the job imports, flat, with files in place of links to them", async () => {
    const content = await packed();
    expect([...content.keys()]).toEqual(PACKED);
    expect(content.get("report/report.css")).toBe("content of deploy/local/pages/report.css");
    expect(content.get("serving/__init__.py")).toBe("content of model/serving/__init__.py");
  });

  it("holds the packages, but no data sets to learn with", async () => {
    const dependencies = path.join(root, "packages");
    for (const file of ["sklearn/base.py", "sklearn/datasets/data/iris.csv", "sklearn/tests/test_base.py"])
      write(dependencies, file, "");
    expect(packageFiles(ENGINE_PACKAGES, dependencies)).toEqual(["sklearn/base.py"]);
    expect([...(await packed(dependencies)).keys()]).toEqual([...PACKED, "lib/sklearn/base.py"]);
  });

  it("has the same bytes and version wherever and whenever its files were written", async () => {
    const other = makeRepository();
    utimesSync(path.join(other, "clarify", "start.py"), 1, 1);
    write(other, "clarify/analysis/__pycache__/other.pyc", "");
    await packed();
    await packed(undefined, other);
    const bytes = [root, other].map((folder) => readFileSync(path.join(folder, "out", "engine.tar.gz")));
    expect(bytes[1]).toEqual(bytes[0]);
    expect(engineVersion(other)).toBe(engineVersion(root));
    rmSync(other, { recursive: true });
  });
});

describe("the engine's version", () => {
  it.each(["clarify/job/__init__.py", "clarify/start.py", "clarify/requirements-container.txt", "model/inference.py"])(
    "changes with %s",
    (file) => {
      const before = engineVersion(root);
      write(root, file, "changed");
      expect(engineVersion(root)).not.toBe(before);
      expect(engineVersion(root)).toMatch(/^[0-9a-f]{12}$/);
    },
  );

  it("changes with a new file and with the Python, not with what runs elsewhere", () => {
    const before = engineVersion(root);
    expect(engineVersion(root, "3.11")).not.toBe(before);
    write(root, "clarify/simulation/more.py", "");
    expect(engineVersion(root)).toBe(before);
    write(root, "clarify/job/more.py", "");
    expect(engineVersion(root)).not.toBe(before);
  });

  it("says which file is missing", () => {
    rmSync(path.join(root, "clarify", "start.py"));
    expect(() => engineVersion(root)).toThrow("clarify/start.py is missing: it is part of the governance engine");
  });
});
