// The model before the one in the working tree, as git has it.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { unpackCommitted } from "../model-comparison";
import { ARTIFACT } from "../model-package";
import { fingerprint } from "./fingerprint";
import type { ModelPlace } from "./model-place";

/**
 * The newest committed model that answers otherwise: git's HEAD's when the working tree has another one, else an earlier one.
 * @param root - The repository's root.
 * @param folder - Where it is unpacked.
 * @returns undefined outside of a git checkout, and when git's history has no other model.
 */
export async function modelBefore(root: string, folder: string): Promise<ModelPlace | undefined> {
  const current = await fingerprint(path.join(root, ARTIFACT));
  for (const commit of commitsWithModels(root)) {
    const place = path.join(folder, commit);
    mkdirSync(place, { recursive: true });
    const isOther = (await unpackCommitted(root, place, commit)) && (await fingerprint(place)) !== current;
    if (isOther) return { version: `commit-${commit}`, place };
    rmSync(place, { recursive: true });
  }
  return undefined;
}

/** Newest first. */
function commitsWithModels(root: string): string[] {
  try {
    const log = ["log", "--format=%h", "--", ARTIFACT];
    return execFileSync("git", log, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
      .split("\n")
      .filter((line) => line !== "");
  } catch {
    return [];
  }
}
