// The Python virtual environments: found or made, and filled from hash-locked requirements.
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { UserError } from "./local/user-error";
import { ROOT } from "./root";

const MINIMUM = [3, 11] as const;

/** The lock files and the environment that each fills; those that share one name the same versions, and that of the tests has all. */
export const LOCKS = {
  local: { file: "deploy/local/requirements.txt", environment: ".venv" },
  governance: { file: "clarify/requirements.txt", environment: ".venv" }, // 200 MB that `npm start` does without
  test: { file: "test/requirements.txt", environment: ".venv" },
  training: { file: "model/requirements-train.txt", environment: ".venv-training" },
} as const;

/** The interpreter of the local target and of the tests. */
export const PYTHON = pythonOf(ROOT, "local");

const PIP_INSTALL = "-m pip install --disable-pip-version-check --no-input --require-hashes --only-binary :all: -r";

interface Place {
  /** The folder that holds `.venv` and the lock files. */
  readonly root?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * Makes sure that the environment holds what the lock file names. Fast when it does.
 * @param onProgress - Called with each step of an installation.
 * @throws UserError when Python is missing or too old, or when the installation fails.
 */
export async function ensurePython(
  lock: keyof typeof LOCKS,
  onProgress: (step: string) => void,
  { root = ROOT, environment = process.env }: Place = {},
): Promise<void> {
  const { file, environment: folder } = LOCKS[lock];
  const requirements = path.join(root, file);
  const stamp = path.join(root, folder, `.serin-${lock}`); // what was installed, by the digest of its lock file
  const digest = createHash("sha256").update(readFileSync(requirements)).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  const python = pythonOf(root, lock);
  if (!existsSync(python)) {
    onProgress(`creating ${folder}`);
    await run(findPython(environment), ["-m", "venv", path.join(root, folder)], folder, () => undefined);
  }
  await run(python, [...PIP_INSTALL.split(" "), requirements], folder, (line) => onProgress(pipStep(line)));
  writeFileSync(stamp, digest);
}

/** The interpreter of the environment that a lock file fills. */
export function pythonOf(root: string, lock: keyof typeof LOCKS): string {
  return path.join(root, LOCKS[lock].environment, "bin", "python");
}

/**
 * The first of $PYTHON, python3 and python that is new enough.
 * @throws UserError when there is none.
 */
export function findPython(environment: NodeJS.ProcessEnv = process.env): string {
  const candidates = [environment["PYTHON"], "python3", "python"].filter((name) => name !== undefined);
  const found = candidates
    .map((name) => ({ name, version: versionOf(name, environment) }))
    .filter(({ version }) => version !== "");
  const good = found.find(({ version }) => isNewEnough(version));
  if (good) return good.name;
  const [first] = found;
  const problem = first ? `${first.name} is Python ${first.version}` : "no Python was found";
  throw new UserError(
    `Serin needs Python >= ${MINIMUM.join(".")}, but ${problem}. Install it, or name one: PYTHON=/path/to/python3.12 npm start`,
  );
}

function versionOf(python: string, env: NodeJS.ProcessEnv): string {
  try {
    const print = "import platform; print(platform.python_version())";
    return execFileSync(python, ["-c", print], { env, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "";
  }
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1]);
}

/** `Collecting numpy==2.4.6 …` and the like, shortened. */
function pipStep(line: string): string {
  return line
    .trim()
    .replace(/ \(from .*$/, "")
    .replace(/\s+━.*$/, "");
}

async function run(
  command: string,
  args: readonly string[],
  folder: string,
  onLine: (line: string) => void,
): Promise<void> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  const errors: string[] = [];
  createInterface({ input: child.stdout }).on("line", onLine);
  createInterface({ input: child.stderr }).on("line", (line) => errors.push(line));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once("error", reject).once("close", resolve),
  );
  if (code === 0) return;
  const reason = errors.filter((line) => line.trim() !== "").at(-1) ?? `exit ${code}`;
  throw new UserError(`Setting up Python failed: ${reason}. Delete ${folder} and try again.`);
}
