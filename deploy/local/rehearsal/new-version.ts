// Makes the model in a workspace another version without making it another model.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ARTIFACT, modelVersion } from "../../model-package";

/**
 * Adds an empty line to model.json: the same answers, other bytes, so an endpoint of its own.
 * @param workspace - A folder with a private copy of model/.
 * @returns The new version.
 */
export function renewModel(workspace: string): string {
  const file = path.join(workspace, ARTIFACT, "model.json");
  writeFileSync(file, `${readFileSync(file, "utf8")}\n`);
  return modelVersion(workspace);
}
