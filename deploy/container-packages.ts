// Python packages for a container of SageMaker: fetched once, by hash, then read from disk.
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

export interface ContainerPackages {
  /** Whose they are, in words and in the name of the folder below `.serin`. */
  readonly owner: string;
  /** The packages with the hashes of their wheels, from the repository's root. */
  readonly lock: string;
  /** Files that nothing reads at run time, beside those that no package needs. */
  readonly leftOut: readonly RegExp[];
}

const PLATFORMS = ["manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux2014_x86_64"];

/** What of any package nothing reads at run time. Licences stay, whatever they lie beside. */
const LEFT_OUT: readonly RegExp[] = [
  /(^|\/)(tests|__pycache__)\//, // the packages' own tests, and byte code, which holds times
  /\.(pyc|pyi|pxd|h|a)$/, // for type checkers and compilers
  /^bin\//, // commands
  /\.dist-info\/(RECORD|INSTALLER|REQUESTED|direct_url\.json)$/, // how pip installed here
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
export function packageRecipe({ leftOut }: ContainerPackages, python: string): string {
  const rules = [...LEFT_OUT, ...leftOut].map(String);
  return JSON.stringify({ python, platforms: PLATFORMS, leftOut: rules, kept: String(LICENCE) });
}

/**
 * Makes sure that the locked packages lie unpacked below `.serin`; needs a package index once for each lock file.
 * @param onProgress - Called with each step of pip.
 * @returns The folder that holds them.
 * @throws UserError when they cannot be fetched or are not what the lock file names.
 */
export async function fetchPackages(
  packages: ContainerPackages,
  onProgress: (step: string) => void,
  { python = CONTAINER_PYTHON, root = ROOT, environment = process.env }: Options = {},
): Promise<string> {
  const lock = path.join(root, packages.lock);
  const digest = createHash("sha256").update(readFileSync(lock)).digest("hex").slice(0, 12);
  const folder = path.join(root, ".serin", `${packages.owner}-dependencies`, `cp${python.replace(".", "")}-${digest}`);
  if (existsSync(folder)) return folder;
  const partial = `${folder}.${process.pid}`;
  try {
    mkdirSync(partial, { recursive: true });
    const errors = await pipInstall(lock, python, partial, onProgress, environment);
    if (errors !== undefined) throw new UserError(explained(packages, errors, python));
    if (!existsSync(folder)) renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return folder;
}

/** @returns What pip wrote to stderr, when it failed. */
async function pipInstall(
  lock: string,
  python: string,
  target: string,
  onProgress: (step: string) => void,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const platforms = PLATFORMS.flatMap((platform) => ["--platform", platform]);
  const forContainer = ["--implementation", "cp", "--python-version", python, ...platforms];
  const asLocked = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--no-compile", "--requirement", lock];
  const quiet = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"];
  const ignored = "--ignore-requires-python"; // pip would compare what a package requires with the Python that runs pip
  const args = ["-m", "pip", "install", "--target", target, ...forContainer, ...asLocked, ignored, ...quiet];
  const child = spawn(PYTHON, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  createInterface({ input: child.stdout }).on("line", (line) => onProgress(line.trim().replace(/ \(from .*$/, "")));
  const [errors] = await Promise.all([text(child.stderr), once(child, "close")]);
  return child.exitCode === 0 ? undefined : errors;
}

function explained({ owner, lock }: ContainerPackages, errors: string, python: string): string {
  if (errors.includes("DO NOT MATCH THE HASHES")) {
    return `A package is not the one that ${lock} names: the package index or a cache serves another file. Do not use it; if it should be another version, lock it with \`npm run lock:python\`.`;
  }
  const reason = errors.split("\n").findLast((line) => line.startsWith("ERROR:")) ?? "pip failed";
  return `The ${owner}'s packages for Python ${python} could not be fetched: ${reason.replace("ERROR: ", "")}. The first packaging needs a package index; later ones work offline.`;
}

/** Names of the files to pack, in a fixed order, relative to the folder. */
export function packageFiles({ leftOut }: ContainerPackages, folder: string): string[] {
  const rules = [...LEFT_OUT, ...leftOut];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
    .filter((name) => LICENCE.test(path.basename(name)) || !rules.some((rule) => rule.test(name)))
    .sort();
}
