import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { comparedModels } from "../../../deploy/governance/compared-models";
import { modelVersion } from "../../../deploy/model-package";
import { makeModelFolder, write } from "../model-folder";
import { makeModel, OTHER_METRICS } from "./model-files";

let root: string;
let scratch: string;
beforeEach(() => {
  root = makeModelFolder();
  makeModel(path.join(root, "model", "artifact"));
  scratch = mkdtempSync(path.join(tmpdir(), "serin-compared-"));
});
afterEach(() => {
  for (const folder of [root, scratch]) rmSync(folder, { recursive: true, force: true });
});

const compared = (wanted: Parameters<typeof comparedModels>[1] = {}) =>
  comparedModels(root, wanted, scratch, undefined);
const artifact = (name: string) => path.join("model", "artifact", name);
const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
    cwd: root,
    encoding: "utf8",
  });

function commit(): string {
  git("add", ".");
  git("commit", "--quiet", "--message", "model");
  return `commit-${git("rev-parse", "--short", "HEAD").trim()}`;
}

describe("without being told", () => {
  it("the working tree's model is compared with nothing where git has no other", async () => {
    const model = { version: modelVersion(root), place: path.join(root, "model", "artifact") };
    expect(await compared()).toEqual({ model, baseline: undefined }); // no git checkout
    git("init", "--quiet");
    expect(await compared()).toEqual({ model, baseline: undefined }); // no commit
    commit();
    expect(await compared()).toEqual({ model, baseline: undefined }); // the same model
  });

  it("it is compared with git's HEAD's when that is another", async () => {
    git("init", "--quiet");
    const version = commit();
    write(root, artifact("model.onnx"), "other weights");
    const { baseline } = await compared();
    expect(baseline).toEqual({ version, place: expect.stringContaining(scratch) });
    expect(readFileSync(path.join(baseline?.place ?? "", "model.onnx"), "utf8")).toBe("weights");
  });

  it("it is compared with the newest in git's history that answers otherwise", async () => {
    git("init", "--quiet");
    const first = commit();
    write(root, artifact("model.onnx"), "other weights");
    commit();
    write(root, artifact("model.json"), OTHER_METRICS);
    commit();
    expect((await compared()).baseline?.version).toBe(first);
  });
});

describe("a person names", () => {
  it("a folder, a file, or no baseline", async () => {
    const folder = makeModel(path.join(scratch, "a model=1"));
    expect(await compared({ model: folder, baseline: "none" })).toEqual({
      model: { version: "a-model-1", place: folder },
      baseline: undefined,
    });
    const file = path.join(scratch, "candidate.tar.gz");
    write(scratch, "candidate.tar.gz", "");
    expect(await compared({ baseline: file })).toMatchObject({ baseline: { version: "candidate", place: file } });
  });

  it("the working tree's model, which has a version", async () => {
    const place = path.join(root, "model", "artifact");
    expect((await compared({ baseline: place })).baseline).toEqual({ version: modelVersion(root), place });
  });

  it("what is not there, and is told what to name", async () => {
    mkdirSync(path.join(scratch, "empty"));
    expect(existsSync("1f0c6a9d2b7e")).toBe(false);
    await expect(compared({ model: "1f0c6a9d2b7e" })).rejects.toThrow(/neither a folder nor a file.*--stage STAGE/);
  });
});
