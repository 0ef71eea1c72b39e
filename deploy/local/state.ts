// The one folder in which the local target keeps what it makes, and the record of the target that is running.
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../root";
import { hasStrings } from "./has-strings";
import { UserError } from "./user-error";

const TARGET_KEYS = ["url", "apiUrl", "awsUrl", "userPoolId", "machineClientId", "peopleClientId"] as const;

/**
 * What other commands need to know of the running target: `url` is the front door, `apiUrl` the deployed API behind it,
 * `awsUrl` the emulated AWS, which takes the keys test/test.
 */
export type Target = Readonly<Record<(typeof TARGET_KEYS)[number], string>>;

/** Paths of one local target. */
export interface State {
  readonly directory: string;
  readonly logs: string;
  readonly emulator: string;
  /** The private view of the service that osls deploys from. */
  readonly workspace: string;
}

/** The state folder: `.serin` in the repository, or $SERIN_STATE. */
export function stateOf(environment: NodeJS.ProcessEnv = process.env): State {
  const directory = path.resolve(ROOT, environment["SERIN_STATE"] ?? ".serin");
  const below = (name: string) => path.join(directory, name);
  return { directory, logs: below("logs"), emulator: below("emulator"), workspace: below("workspace") };
}

/** Starts afresh: nothing of an earlier run is kept but the lock, which must be held. */
export function clearState(state: State): void {
  for (const directory of [state.logs, state.emulator, state.workspace]) {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
  }
}

/**
 * Claims the state folder for this process.
 * @returns A function that releases it.
 * @throws UserError when another running process holds it.
 */
export function lockState(state: State): () => void {
  mkdirSync(state.directory, { recursive: true });
  const lock = path.join(state.directory, "lock");
  const holder = existsSync(lock) ? Number(readFileSync(lock, "utf8")) : Number.NaN;
  if (isRunning(holder)) throw new UserError(alreadyRunning(state, holder, lock));
  rmSync(lock, { force: true });
  writeSync(openSync(lock, "wx"), String(process.pid)); // wx: of two that start at once only one succeeds
  return () => {
    rmSync(targetFile(state), { force: true });
    rmSync(lock, { force: true });
  };
}

function alreadyRunning(state: State, pid: number, lock: string): string {
  const target = existsSync(targetFile(state)) ? ` at ${readTarget(state).url}` : "";
  return `Serin is already running${target} (process ${pid}); stop it with Ctrl-C there. If that process is not Serin, delete ${lock}.`;
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const targetFile = (state: State) => path.join(state.directory, "target.json");

/** Records the running target. */
export function writeTarget(state: State, target: Target): void {
  writeFileSync(targetFile(state), `${JSON.stringify(target, null, 2)}\n`);
}

/** @throws UserError when no target is running. */
export function readTarget(state: State): Target {
  if (!existsSync(targetFile(state))) throw new UserError("No local target is running; start one with `npm start`.");
  const target: unknown = JSON.parse(readFileSync(targetFile(state), "utf8"));
  if (hasStrings(target, TARGET_KEYS)) return target;
  throw new UserError(`${targetFile(state)} is not what this version of Serin writes; restart the local target.`);
}
