// Throw-away virtual environments of the peers, one each under .serin/bench, made on the first run and kept.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../../deploy/local/user-error";
import { findPython } from "../../../deploy/python-env";
import { ROOT } from "../../../deploy/root";
import type { Children } from "./children";

/** Where they are; git ignores it. */
export const ENVIRONMENTS = path.join(ROOT, ".serin", "bench");
const PEERS = path.join(__dirname, "peers");
// --no-deps: the lock files are complete, and sagemaker's overrides a dependency on purpose
const INSTALL = "-m pip install --disable-pip-version-check --no-input --no-deps --require-hashes --quiet -r";

/**
 * Makes sure that a peer's environment holds what its lock file names.
 * @returns the environment's `bin`.
 * @throws UserError when it cannot be installed; what is there is then removed.
 */
export async function ensureEnvironment(peer: string, children: Children): Promise<string> {
  const requirements = path.join(PEERS, peer, "requirements.txt");
  const folder = path.join(ENVIRONMENTS, peer);
  const stamp = path.join(folder, ".installed");
  const digest = createHash("sha256").update(readFileSync(requirements)).digest("hex");
  const bin = path.join(folder, "bin");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return bin;
  rmSync(folder, { recursive: true, force: true });
  try {
    await children.run({ command: findPython(), args: ["-m", "venv", folder] });
    await children.run({ command: path.join(bin, "python"), args: [...INSTALL.split(" "), requirements] });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw new UserError(`it could not be installed: ${error instanceof Error ? error.message : String(error)}`);
  }
  writeFileSync(stamp, digest);
  return bin;
}
