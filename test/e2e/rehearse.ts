// A run of `npm run rehearse` whose state lies in a folder of its own.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ROOT } from "../../deploy/root";
import { processesOf } from "./processes";

/** A new folder for each test's runs, by a function; a test fails whose runs leave a process behind. */
export function stateFolder(): () => string {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "serin-rehearsal-"));
  });
  afterEach(() => {
    expect(processesOf(folder)).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });
  return () => folder;
}

/** A run of `npm run --silent rehearse` that keeps its state in `folder`. */
export function rehearse(folder: string, ...args: string[]) {
  const child = spawn("npm", ["run", "--silent", "rehearse", "--", ...args], {
    cwd: ROOT,
    env: { ...process.env, SERIN_STATE: folder },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const printed = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => {
    printed.out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    printed.err += chunk.toString();
  });
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { printed, exited, interrupt: () => child.pid !== undefined && process.kill(-child.pid, "SIGINT") };
}
