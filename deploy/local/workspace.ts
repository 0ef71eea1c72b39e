// A private view of the service for osls, so that its build folders land in the state folder and runs do not disturb each other.
import { cpSync, symlinkSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../root";

/** The osls command, to be run by Node. */
export const SLS = path.join(ROOT, "node_modules", "serverless", "bin", "serverless.js");

/** osls wants its configuration to be real files; folders may be links. */
const COPIED = ["serverless.yml", "package.json", "tsconfig.json"];
const LINKED = ["src", "deploy", "model", "clarify", "node_modules"] as const;

/** A folder of the service that a workspace may hold a copy of. */
export type WorkspaceFolder = Exclude<(typeof LINKED)[number], "node_modules">;

/** Fills an empty folder with a view of the working tree. @param copied - Folders that may be changed there. */
export function createWorkspace(directory: string, copied: readonly WorkspaceFolder[] = []): void {
  for (const name of COPIED) cpSync(path.join(ROOT, name), path.join(directory, name));
  for (const name of LINKED) {
    const [from, to] = [path.join(ROOT, name), path.join(directory, name)];
    if (copied.some((folder) => folder === name)) cpSync(from, to, { recursive: true });
    else symlinkSync(from, to);
  }
}
