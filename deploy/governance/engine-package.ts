// The governance engine as its job takes it: a deterministic engine.tar.gz, and the version that its content has.
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { writeArchive } from "../archive";
import { CONTAINER_PYTHON, type ContainerPackages, packageFiles, packageRecipe } from "../container-packages";
import { contentVersion } from "../content-version";

/** What runs first in the job's container: unpacks the archive beside itself, and runs its module `job`. */
export const START = "clarify/start.py";

/** What the job imports; the model's own archive has what inference.py imports. */
export const ENGINE_PACKAGES: ContainerPackages = {
  owner: "engine",
  lock: "clarify/requirements-container.txt",
  leftOut: [/^sklearn\/datasets\/(data|descr|images)\//], // data sets to learn with
};

/** Packages of clarify/ that run elsewhere: when probe data are made, and when the method is checked. */
const NOT_IN_THE_JOB = ["probe", "simulation"];

/** The model server, which runs the version that is asked. */
const SERVER = "model/serving";
const SERVED_BY_DEFAULT = "model/inference.py";

const LIBRARY = "lib";

/**
 * The version of the engine in the working tree: over what is packed, and start.py. The packages count through their lock file, so nothing is fetched.
 * @param root - The repository's root.
 * @param python - The Python that the packages are for.
 * @throws UserError that names the file which is missing.
 */
export function engineVersion(root: string, python = CONTAINER_PYTHON): string {
  const files = [...sources(root).values(), START, ENGINE_PACKAGES.lock].map((file) => [file, file] as const);
  return contentVersion(
    root,
    `${packageRecipe(ENGINE_PACKAGES, python)}\0`,
    files,
    ": it is part of the governance engine.",
  );
}

/**
 * Writes engine.tar.gz; the same files give the same bytes.
 * @param root - The repository's root.
 * @param file - The archive to write; its folder is made.
 * @param dependencies - The folder of the unpacked Python packages, if they are to be packed.
 */
export async function packEngine(root: string, file: string, dependencies?: string): Promise<void> {
  const content = new Map([...sources(root)].map(([name, source]) => [name, path.join(root, source)]));
  const packages = dependencies === undefined ? [] : packageFiles(ENGINE_PACKAGES, dependencies);
  for (const name of packages) content.set(`${LIBRARY}/${name}`, path.join(dependencies ?? "", name));
  await writeArchive(file, content);
}

/** Path in the archive -> path from the repository's root, in a fixed order. */
function sources(root: string): Map<string, string> {
  const packages = [...packagesOf(root).map((name) => `clarify/${name}`), SERVER];
  const files = packages.flatMap((folder) => filesIn(root, folder));
  return new Map([...files, SERVED_BY_DEFAULT].map((file) => [file.replace(/^(clarify|model)\//, ""), file]));
}

function packagesOf(root: string): string[] {
  return readdirSync(path.join(root, "clarify"))
    .filter((name) => existsSync(path.join(root, "clarify", name, "__init__.py")) && !NOT_IN_THE_JOB.includes(name))
    .sort();
}

/** From the repository's root; byte code changes whenever something runs. */
function filesIn(root: string, folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && path.basename(entry.parentPath) !== "__pycache__")
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
    .sort();
}
