// The version that a package's content gives it: known without fetching or packing anything.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { UserError } from "./local/user-error";

/**
 * The first 12 hex digits of a SHA-256 over the names and bytes of files.
 * @param root - The repository's root.
 * @param recipe - What decides the package beside the files.
 * @param files - Name in the package, and path from the root.
 * @param advice - Follows "FILE is missing" in the error.
 * @throws UserError that names the file which is missing.
 */
export function contentVersion(
  root: string,
  recipe: string,
  files: Iterable<readonly [string, string]>,
  advice: string,
): string {
  const hash = createHash("sha256").update(recipe);
  for (const [name, source] of files) {
    const file = path.join(root, source);
    if (!existsSync(file)) throw new UserError(`${source} is missing${advice}`);
    hash.update(`${name}\0`).update(createHash("sha256").update(readFileSync(file)).digest());
  }
  return hash.digest("hex").slice(0, 12);
}
