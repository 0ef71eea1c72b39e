import { cpSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { list } from "tar";
import { modelVersion, packModel } from "../../deploy/model-package";
import { makeModelFolder, write } from "./model-folder";

const MODEL = [
  "model.onnx",
  "tokenizer.json",
  "model.json",
  "code/inference.py",
  "code/pyproject.toml",
  "code/wheel_backend.py",
];
const NEEDED = [
  "numpy-2.dist-info/METADATA",
  "numpy-2.dist-info/licenses/numpy/tests/LICENSE.txt",
  "numpy/__init__.py",
  "numpy/core.so",
  "onnxruntime/ThirdPartyNotices.txt",
  "onnxruntime/capi/module.so",
];
const NOT_NEEDED = [
  "bin/f2py",
  "numpy-2.dist-info/RECORD",
  "numpy/__init__.pyi",
  "numpy/__pycache__/core.pyc",
  "numpy/include/array.h",
  "numpy/tests/test_core.py",
  "onnxruntime/capi/libonnxruntime.so.1.31.1",
  "onnxruntime/transformers/bert.py",
];

let folder: string;
beforeEach(() => {
  folder = makeModelFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function packed(root: string, dependencies?: string): Promise<Buffer> {
  const archive = path.join(root, "out", "model.tar.gz");
  await packModel(root, archive, dependencies);
  return readFileSync(archive);
}

function makeDependencies(name: string, files: readonly string[]): string {
  const dependencies = path.join(folder, name);
  for (const file of files) write(dependencies, file, `content of ${file}`);
  return dependencies;
}

async function namesIn(archive: Buffer): Promise<string[]> {
  const file = path.join(folder, "listed.tar.gz");
  writeFileSync(file, archive);
  const names: string[] = [];
  await list({ file, onReadEntry: (entry) => names.push(entry.path) });
  return names;
}

describe("the model archive", () => {
  it("has the layout of SageMaker's script mode, and no requirements.txt that the container would install", async () => {
    expect(await namesIn(await packed(folder))).toEqual(MODEL);
  });

  it("holds the packages with their licences, but not what no prediction reads", async () => {
    const dependencies = makeDependencies("packages", [...NEEDED, ...NOT_NEEDED]);
    const names = await namesIn(await packed(folder, dependencies));
    expect(names).toEqual([...MODEL, ...NEEDED.map((name) => `lib/${name}`)]);
  });

  it("has the same bytes and version for the same files, wherever, whenever and in which order they were written", async () => {
    const copy = path.join(folder, "copy");
    cpSync(path.join(folder, "model"), path.join(copy, "model"), { recursive: true, mode: 0 });
    utimesSync(path.join(copy, "model", "inference.py"), 1, 1);
    const one = await packed(folder, makeDependencies("one", NEEDED));
    const two = await packed(copy, makeDependencies("two", NEEDED.toReversed()));
    expect(two).toEqual(one);
    expect(modelVersion(copy)).toBe(modelVersion(folder));
  });

  it.each(["artifact/model.onnx", "inference.py", "container/pyproject.toml", "requirements-container.txt"])(
    "is another version when %s changes",
    (file) => {
      const before = modelVersion(folder);
      writeFileSync(path.join(folder, "model", file), "changed");
      expect(modelVersion(folder)).not.toBe(before);
      expect(modelVersion(folder)).toMatch(/^[0-9a-f]{12}$/);
    },
  );

  it("is another version for another Python", () => {
    expect(modelVersion(folder, "3.11")).not.toBe(modelVersion(folder));
  });

  it("says what to do when there is no model", () => {
    rmSync(path.join(folder, "model", "artifact", "model.onnx"));
    expect(() => modelVersion(folder)).toThrow("model/artifact/model.onnx is missing; train a model");
  });

  it.each(["model.onnx", "tokenizer.json"])("is refused when %s is not the file that was trained", async (name) => {
    writeFileSync(path.join(folder, "model", "artifact", name), "cut off");
    await expect(packed(folder)).rejects.toThrow(`${name} is not the file that model.json was written for`);
  });

  it("is refused when model.json is cut off", async () => {
    writeFileSync(path.join(folder, "model", "artifact", "model.json"), '{"metrics": {');
    await expect(packed(folder)).rejects.toThrow("model.json is not a model's manifest");
  });
});
