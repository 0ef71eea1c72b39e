import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fingerprint } from "../../../deploy/governance/fingerprint";
import { archiveOf, makeModel, OTHER_METRICS } from "./model-files";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "serin-fingerprint-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function fingerprints(changed: Readonly<Record<string, string>>, packed: boolean): Promise<string[]> {
  const one = makeModel(path.join(folder, "one"));
  const other = makeModel(path.join(folder, "other"), changed);
  if (packed) await Promise.all([archiveOf(one), archiveOf(other)]);
  return Promise.all([one, other].map((place) => fingerprint(packed ? `${place}.tar.gz` : place)));
}

describe.each([
  ["folders", false],
  ["archives", true],
])("of %s", (_, packed) => {
  it("is the same when only what is said of the model differs", async () => {
    const [one, other] = await fingerprints({ "model.json": OTHER_METRICS }, packed);
    expect(other).toBe(one);
  });

  it.each([
    ["model.onnx", "other weights"],
    ["tokenizer.json", "other tokens"],
    ["code/inference.py", "other code"],
    ["lib/numpy/core.py", "another package"],
    ["model.json", JSON.stringify({ labels: ["neutral", "positive", "negative"], maxTokens: 256 })],
    ["model.json", JSON.stringify({ labels: ["positive", "neutral", "negative"], maxTokens: 128 })],
  ])("is another with another %s (%#)", async (name, content) => {
    const [one, other] = await fingerprints({ [name]: content }, packed);
    expect(other).not.toBe(one);
  });

  it.each(["{}", "no JSON"])("is refused with a model.json that is none: %s", async (content) => {
    await expect(fingerprints({ "model.json": content }, packed)).rejects.toThrow(
      /other(\.tar\.gz)? is not a model: its model\.json lacks labels or maxTokens/,
    );
  });
});
