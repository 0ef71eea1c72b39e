// The gate with a double of model/compare.py, which says the verdict that the new model.onnx holds.
import { execFileSync } from "node:child_process";
import { cpSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describeSet, passGate } from "../../deploy/model-gate";
import { makeModelFolder, write } from "./model-folder";

const COMPARE = `
import json, pathlib, sys
a, b, *option, flag = sys.argv[1:]
assert option[:1] in ([], ["--data"]) and flag == "--json"
data = option[1:] or ["samples.jsonl"]
was, verdict = (pathlib.Path(folder, "model.onnx").read_text() for folder in (a, b))
figure = {"a": 0.7, "b": 0.65, "difference": -0.05, "low": -0.08, "high": -0.02}
sets = [{"name": pathlib.Path(file).stem, "rows": 300, "macro_f1": figure, "accuracy": figure,
         "verdict": verdict if "tweets" in file else "same"} for file in data]
if verdict == "broken": sys.exit("cannot read it")
print(json.dumps({"a": was, "b": verdict, "sets": sets, "verdict": verdict}))
sys.exit(3 if verdict == "worse" else 0)
`;

let root: string;
let baseline: string;
let data: string[];
beforeEach(() => {
  root = makeModelFolder();
  write(root, "model/compare.py", COMPARE);
  baseline = path.join(root, "baseline");
  cpSync(path.join(root, "model", "artifact"), baseline, { recursive: true });
  data = ["films.jsonl", "tweets.jsonl"];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const train = (verdict: string) => writeFileSync(path.join(root, "model", "artifact", "model.onnx"), verdict);
const pass = (gate: Parameters<typeof passGate>[1]) => passGate(root, gate, () => undefined);
const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd: root, stdio: "pipe" });

describe("the gate of packaging", () => {
  it("refuses a significantly worse model, naming the sets with their intervals", async () => {
    train("worse");
    const refused = pass({ baseline, data: data });
    await expect(refused).rejects.toThrow(/tweets, 300 rows: worse; macro-F1 -5\.0 \(-8\.0 to -2\.0\)/);
    await expect(refused).rejects.toThrow("--allow-worse");
    await expect(refused).rejects.not.toThrow("films");
  });

  it("lets it pass for a reason", async () => {
    train("worse");
    expect(await pass({ baseline, data: data, allowWorse: "smaller" })).toMatchObject({ verdict: "worse" });
  });

  it.each(["same", "better"])("lets a model pass that is %s", async (verdict) => {
    train(verdict);
    const comparison = await pass({ baseline, data: data });
    expect(comparison?.verdict).toBe(verdict);
    expect(comparison?.sets.map(({ name }) => name)).toEqual(["films", "tweets"]);
  });

  it("compares with git's HEAD on the samples when nothing else is named", async () => {
    expect(await pass({})).toBeNull(); // no git checkout
    git("init", "--quiet");
    expect(await pass({})).toBeNull(); // no commit
    git("add", "model");
    git("commit", "--quiet", "--message", "model");
    expect(await pass({})).toBeNull(); // the same model
    train("worse");
    expect(await pass({ allowWorse: "smaller" })).toMatchObject({
      a: "content of artifact/model.onnx",
      sets: [{ name: "samples" }],
    });
    await expect(pass({ data: data })).rejects.toThrow("tweets, 300 rows: worse");
  });

  it("does not take a comparison that failed for a verdict", async () => {
    train("broken");
    await expect(pass({ baseline, data: data })).rejects.toThrow("could not be compared (exit 1)");
  });

  it("describes a set in one line", () => {
    const figure = { a: 0.7, b: 0.72, difference: 0.02, low: -0.001, high: 0.041 };
    expect(describeSet({ name: "films", rows: 9, macro_f1: figure, accuracy: figure, verdict: "same" })).toBe(
      "films, 9 rows: same; macro-F1 +2.0 (-0.1 to +4.1), accuracy +2.0 (-0.1 to +4.1) points",
    );
  });
});
