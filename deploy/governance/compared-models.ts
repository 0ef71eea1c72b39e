// Which two models a report is about: those that a person names, else the working tree's and the one before it.
import type { Stage } from "../release/stage";
import { modelBefore } from "./model-before";
import { findModel, type ModelPlace, modelInTree } from "./model-place";

/** Versions as {@link findModel} takes them; `none` as baseline compares with nothing. */
export interface Wanted {
  readonly model?: string;
  readonly baseline?: string;
}

export interface ComparedModels {
  readonly model: ModelPlace;
  readonly baseline: ModelPlace | undefined;
}

/**
 * @param root - The repository's root.
 * @param folder - For models that have to be fetched or unpacked.
 * @throws UserError when there is no such model.
 */
export async function comparedModels(
  root: string,
  { model, baseline }: Wanted,
  folder: string,
  stage: Stage | undefined,
): Promise<ComparedModels> {
  return {
    model: model === undefined ? modelInTree(root) : await findModel(root, model, folder, stage),
    baseline: await baselineOf(root, baseline, folder, stage),
  };
}

async function baselineOf(
  root: string,
  baseline: string | undefined,
  folder: string,
  stage: Stage | undefined,
): Promise<ModelPlace | undefined> {
  if (baseline === "none") return undefined;
  return baseline === undefined ? modelBefore(root, folder) : findModel(root, baseline, folder, stage);
}
