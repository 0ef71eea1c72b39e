import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ensurePython, findPython } from "../../deploy/python-env";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "serin-python-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const find = (PYTHON?: string) => findPython({ PATH: folder, ...(PYTHON !== undefined && { PYTHON }) });

/** A program that answers any call with a version. */
function install(name: string, version: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\necho ${version}\n`);
  chmodSync(file, 0o755);
  return file;
}

describe("findPython", () => {
  it.each(["3.11.0", "3.12.7", "3.20.1", "4.0.0"])("takes Python %s", (version) => {
    install("python3", version);
    expect(find()).toBe("python3");
  });

  it("says which Python is too old, and how to name another", () => {
    install("python3", "3.9.18");
    expect(() => find()).toThrow("Serin needs Python >= 3.11, but python3 is Python 3.9.18");
    expect(() => find()).toThrow("PYTHON=/path/to/python3.12 npm start");
  });

  it("says that there is none", () => {
    expect(() => find()).toThrow("Serin needs Python >= 3.11, but no Python was found");
  });

  it("prefers the one that the user names", () => {
    install("python3", "3.12.0");
    const python = install("python3.13", "3.13.0");
    expect(find(python)).toBe(python);
  });

  it("falls back to `python`", () => {
    install("python3", "2.7.18");
    install("python", "3.11.9");
    expect(find()).toBe("python");
  });
});

describe("ensurePython", () => {
  /** A Python whose `-m venv` copies it, and whose `-m pip` says what it does; each call is noted in calls.log. */
  function installFake(pipExitCode: number): NodeJS.ProcessEnv {
    const script = `#!/bin/sh
echo "$2" >> ${folder}/calls.log
case "$2" in
  venv) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  pip) echo "Collecting numpy==2.4.6 (from -r requirements.txt (line 3))"; echo "ERROR: hashes differ" >&2; exit ${pipExitCode} ;;
  *) echo 3.12.1 ;;
esac
`;
    writeFileSync(path.join(folder, "python3"), script);
    chmodSync(path.join(folder, "python3"), 0o755);
    return { PATH: `${folder}:/usr/bin:/bin`, PYTHON: path.join(folder, "python3") };
  }

  async function ensure(environment: NodeJS.ProcessEnv): Promise<string[]> {
    const steps: string[] = [];
    await ensurePython("local", (step) => steps.push(step), { root: folder, environment });
    return steps;
  }

  beforeEach(() => {
    mkdirSync(path.join(folder, "deploy", "local"), { recursive: true });
    writeFileSync(path.join(folder, "deploy", "local", "requirements.txt"), "numpy==2.4.6");
  });

  it("makes the environment once, tells what it does, and again only when the lock file changes", async () => {
    const environment = installFake(0);
    expect(await ensure(environment)).toEqual(["creating .venv", "Collecting numpy==2.4.6"]);
    expect(await ensure(environment)).toEqual([]);
    writeFileSync(path.join(folder, "deploy", "local", "requirements.txt"), "numpy==2.4.7");
    expect(await ensure(environment)).toEqual(["Collecting numpy==2.4.6"]);
  });

  it("says why an installation failed, and tries again next time", async () => {
    await expect(ensure(installFake(1))).rejects.toThrow(
      "Setting up Python failed: ERROR: hashes differ. Delete .venv and try again.",
    );
    writeFileSync(path.join(folder, ".venv", "bin", "python"), "#!/bin/sh\nexit 0\n");
    await expect(ensure(installFake(0))).resolves.toEqual([]);
  });
});
