import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { renewModel } from "../../../../deploy/local/rehearsal/new-version";
import { modelVersion } from "../../../../deploy/model-package";
import { ROOT } from "../../../../deploy/root";

it("gives the same model another version, each time", () => {
  const workspace = mkdtempSync(path.join(tmpdir(), "serin-renew-"));
  try {
    mkdirSync(path.join(workspace, "model"));
    for (const name of ["inference.py", "container", "requirements-container.txt"]) {
      cpSync(path.join(ROOT, "model", name), path.join(workspace, "model", name), { recursive: true });
    }
    mkdirSync(path.join(workspace, "model", "artifact"));
    for (const name of ["model.onnx", "tokenizer.json"])
      writeFileSync(path.join(workspace, "model", "artifact", name), name);
    const manifest = path.join(workspace, "model", "artifact", "model.json");
    writeFileSync(manifest, '{"labels":["a"]}');
    const versions = [modelVersion(workspace), renewModel(workspace), renewModel(workspace)];
    expect(new Set(versions).size).toBe(3);
    expect(JSON.parse(readFileSync(manifest, "utf8"))).toEqual({ labels: ["a"] });
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
});
