// The model as SageMaker takes it: a deterministic model.tar.gz, and the version that its content has.
import path from "node:path";
import { writeArchive } from "./archive";
import { CONTAINER_PYTHON, type ContainerPackages, packageFiles, packageRecipe } from "./container-packages";
import { contentVersion } from "./content-version";
import { readManifest } from "./model-manifest";

/** The artifact's folder, from the repository's root. */
export const ARTIFACT = "model/artifact";

/** Path in the archive -> path from the repository's root (the layout that SageMaker's script mode expects). */
const CONTENT: Readonly<Record<string, string>> = {
  "model.onnx": `${ARTIFACT}/model.onnx`,
  "tokenizer.json": `${ARTIFACT}/tokenizer.json`,
  "model.json": `${ARTIFACT}/model.json`,
  "code/inference.py": "model/inference.py",
  "code/pyproject.toml": "model/container/pyproject.toml",
  "code/wheel_backend.py": "model/container/wheel_backend.py",
};

/** What inference.py imports. All of numpy's modules stay: the container's own scipy imports this numpy, too. */
export const MODEL_PACKAGES: ContainerPackages = {
  owner: "model",
  lock: "model/requirements-container.txt",
  leftOut: [
    /^onnxruntime\/(backend|datasets|quantization|tools|transformers)\//, // makes and converts models
    /^onnxruntime\/capi\/libonnxruntime\.so/, // for programs in C; Python's module holds the same code itself
  ],
};

/** Where the archive keeps its Python packages; deploy/endpoint.yml puts it on the path. */
const LIBRARY = "lib";

/**
 * The version of the model in the working tree: the content of what is packed ({@link contentVersion}). The
 * packages count through their lock file, which has the hash of every one: so nothing has to be fetched to know a version.
 * @param root - The repository's root.
 * @param python - The Python that the packages are for.
 * @throws UserError that names the file which is missing.
 */
export function modelVersion(root: string, python = CONTAINER_PYTHON): string {
  const files = Object.entries({ ...CONTENT, [LIBRARY]: MODEL_PACKAGES.lock });
  const recipe = `${packageRecipe(MODEL_PACKAGES, python)}\0`;
  return contentVersion(root, recipe, files, "; train a model with `npm run model:train`");
}

/**
 * Writes model.tar.gz; the same files give the same bytes.
 * @param root - The repository's root.
 * @param target - The file to write; its folder is made.
 * @param dependencies - The folder of the unpacked Python packages, if they are to be packed.
 * @throws UserError when the artifact is incomplete or altered.
 */
export async function packModel(root: string, target: string, dependencies?: string): Promise<void> {
  readManifest(path.join(root, ARTIFACT));
  const content = new Map(Object.entries(CONTENT).map(([name, source]) => [name, path.join(root, source)]));
  if (dependencies !== undefined) {
    for (const name of packageFiles(MODEL_PACKAGES, dependencies))
      content.set(`${LIBRARY}/${name}`, path.join(dependencies, name));
  }
  await writeArchive(target, content);
}
