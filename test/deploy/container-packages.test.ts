// Fetches a package that the test makes itself, from a folder instead of an index.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fetchPackages, packageFiles } from "../../deploy/container-packages";
import { MODEL_PACKAGES } from "../../deploy/model-package";
import { PYTHON } from "../../deploy/python-env";
import { ROOT } from "../../deploy/root";
import { write } from "./model-folder";

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "serin-dependencies-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Makes the wheel of a package with one module, inference.py. @returns Its SHA-256. */
function publish(content: string): string {
  const index = path.join(root, "index");
  mkdirSync(index, { recursive: true });
  write(root, "source/inference.py", content);
  cpSync(path.join(ROOT, "model", "container", "wheel_backend.py"), path.join(root, "source", "wheel_backend.py"));
  const build = "import sys, wheel_backend; wheel_backend.build_wheel(sys.argv[1])";
  execFileSync(PYTHON, ["-B", "-c", build, index], { cwd: path.join(root, "source") });
  const wheel = readFileSync(path.join(index, "inference-1.0.0-py3-none-any.whl"));
  return createHash("sha256").update(wheel).digest("hex");
}

const lock = (sha256: string) =>
  write(root, "model/requirements-container.txt", `inference==1.0.0 --hash=sha256:${sha256}\n`);

function fetched(steps: string[] = []): Promise<string> {
  const environment = { ...process.env, PIP_NO_INDEX: "1", PIP_FIND_LINKS: path.join(root, "index") };
  return fetchPackages(MODEL_PACKAGES, (step) => steps.push(step), { root, environment });
}

describe("packages for a container", () => {
  it("are unpacked as locked, with progress, and need no index the next time", async () => {
    lock(publish("answer = 42\n"));
    const steps: string[] = [];
    const folder = await fetched(steps);
    expect(packageFiles(MODEL_PACKAGES, folder)).toContain("inference.py");
    expect(readFileSync(path.join(folder, "inference.py"), "utf8")).toBe("answer = 42\n");
    expect(steps).toContain("Successfully installed inference-1.0.0");
    rmSync(path.join(root, "index"), { recursive: true });
    expect(await fetched()).toBe(folder);
  });

  it("are fetched anew for another lock file", async () => {
    lock(publish("answer = 42\n"));
    const before = await fetched();
    lock(publish("answer = 43\n"));
    const after = await fetched();
    expect(after).not.toBe(before);
    expect(readFileSync(path.join(after, "inference.py"), "utf8")).toBe("answer = 43\n");
  });

  it("are refused when they are not what the lock file names, and not kept", async () => {
    publish("answer = 42\n");
    lock("0".repeat(64));
    await expect(fetched()).rejects.toThrow("not the one that model/requirements-container.txt names");
    await expect(fetched()).rejects.toThrow("not the one that model/requirements-container.txt names");
  });

  it("cannot be had without an index the first time, which is said", async () => {
    lock("0".repeat(64));
    mkdirSync(path.join(root, "index"));
    await expect(fetched()).rejects.toThrow(
      /No matching distribution found for inference==1.0.0.* needs a package index/,
    );
  });
});
