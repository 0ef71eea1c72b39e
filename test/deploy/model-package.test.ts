import { cpSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { list } from "tar";
import { modelVersion, packModel } from "../../deploy/model-package";
import { makeModelFolder } from "./model-folder";

let folder: string;
beforeEach(() => {
  folder = makeModelFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function packed(root: string): Promise<Buffer> {
  const archive = path.join(root, "model.tar.gz");
  await packModel(root, archive);
  return readFileSync(archive);
}

describe("the model archive", () => {
  it("has the layout of SageMaker's script mode", async () => {
    await packed(folder);
    const names: string[] = [];
    await list({ file: path.join(folder, "model.tar.gz"), onReadEntry: (entry) => names.push(entry.path) });
    expect(names).toEqual(["model.onnx", "tokenizer.json", "model.json", "code/inference.py", "code/requirements.txt"]);
  });

  it("has the same bytes and version for the same files, wherever and whenever they were written", async () => {
    const copy = path.join(folder, "copy");
    cpSync(path.join(folder, "model"), path.join(copy, "model"), { recursive: true, mode: 0 });
    utimesSync(path.join(copy, "model", "inference.py"), 1, 1);
    expect(await packed(copy)).toEqual(await packed(folder));
    expect(modelVersion(copy)).toBe(modelVersion(folder));
  });

  it.each(["artifact/model.onnx", "inference.py"])("is another version when %s changes", (file) => {
    const before = modelVersion(folder);
    writeFileSync(path.join(folder, "model", file), "changed");
    expect(modelVersion(folder)).not.toBe(before);
    expect(modelVersion(folder)).toMatch(/^[0-9a-f]{12}$/);
  });

  it("says what to do when there is no model", () => {
    rmSync(path.join(folder, "model", "artifact", "model.onnx"));
    expect(() => modelVersion(folder)).toThrow("model/artifact/model.onnx is missing; train a model");
  });
});
