// A model version and the place where the governance job can ask it, as the job's command takes them.
import { existsSync } from "node:fs";
import path from "node:path";
import { UserError } from "../local/user-error";
import { ARTIFACT, modelVersion } from "../model-package";
import { downloadArchive } from "../release/archives";
import { type Model, readRegistry } from "../release/models";
import { readStack } from "../release/stack";
import type { Stage } from "../release/stage";
import { listVersions } from "../release/versions";

export interface ModelPlace {
  readonly version: string;
  /** An artifact's folder, a model.tar.gz, or the address of a SageMaker endpoint. */
  readonly place: string;
}

/** Whether SageMaker hosts it; all others the job hosts itself. */
export const isEndpoint = ({ place }: ModelPlace): boolean => place.startsWith("https://");

/** The model in the working tree. @throws UserError when there is none. */
export function modelInTree(root: string): ModelPlace {
  return { version: modelVersion(root), place: path.join(root, ARTIFACT) };
}

/**
 * Finds what a person names.
 * @param root - The repository's root.
 * @param given - An artifact's folder, a model.tar.gz, or a version that is registered in the stage.
 * @param folder - Where an archive of the stage is put.
 * @throws UserError that says what to name instead.
 */
export async function findModel(
  root: string,
  given: string,
  folder: string,
  stage: Stage | undefined,
): Promise<ModelPlace> {
  if (path.resolve(given) === path.join(root, ARTIFACT)) return modelInTree(root);
  if (existsSync(given)) return { version: nameOf(given), place: path.resolve(given) };
  if (stage === undefined)
    throw new UserError(
      `${given} is neither a folder nor a file. A registered version needs the stage that it is registered in: --stage STAGE.`,
    );
  const { models } = await readRegistry(stage);
  const model = models.get(given);
  if (model === undefined)
    throw new UserError(
      `${given} is neither a folder, nor a file, nor registered in stage ${stage.name}; registered are: ${[...models.keys()].join(", ") || "none"}.`,
    );
  return (await registeredModel(stage, model, folder)) ?? unreachable(stage, model);
}

/** The name of a file or folder, in the letters that a version may have. */
function nameOf(file: string): string {
  const name = path.basename(path.resolve(file)).replace(/\.tar\.gz$/, "");
  return name.replace(/[^A-Za-z0-9._-]/g, "-").slice(0, 64);
}

/**
 * Brings the archive of a registered version here; what only SageMaker can host is asked through its endpoint.
 * @returns undefined when it can be asked nowhere.
 */
export async function registeredModel(stage: Stage, model: Model, folder: string): Promise<ModelPlace | undefined> {
  const { version } = model;
  if (model.source === "autopilot") {
    const place = await endpointOf(stage, version);
    return place === undefined ? undefined : { version, place };
  }
  const place = path.join(folder, `${version}.tar.gz`);
  await downloadArchive(stage, await readStack(stage), version, place);
  return { version, place };
}

/** The address of the endpoint that a published version of the function asks; the emulator cannot host such models. */
async function endpointOf(stage: Stage, model: string): Promise<string | undefined> {
  if (stage.awsUrl !== undefined) return undefined;
  const found = [...(await listVersions(stage)).values()].findLast((version) => version.model === model);
  return found && `https://runtime.sagemaker.${stage.region}.amazonaws.com/endpoints/${found.endpoint}/invocations`;
}

function unreachable(stage: Stage, { version }: Model): never {
  throw new UserError(
    `Autopilot's containers run model ${version}, which only SageMaker hosts, and stage ${stage.name} has no endpoint of it.`,
  );
}
