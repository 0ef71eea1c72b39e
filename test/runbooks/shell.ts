// Runs the lines of a page in one bash, as somebody who pastes them one after the other.
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { ROOT } from "../../deploy/root";

/** One line and what became of it. */
export interface Ran {
  readonly line: string;
  readonly code: number;
  /** stdout and stderr together. */
  readonly printed: string;
}

const MARK = "@@ran@@";

/**
 * @param lines - Each is a command of its own; variables that one sets are there for the next.
 * @param env - Of the shell.
 */
export async function paste(lines: readonly string[], env: NodeJS.ProcessEnv): Promise<readonly Ran[]> {
  const script = ["set -o pipefail; exec 2>&1", ...lines.flatMap((line) => [line, `printf '\\n${MARK} %s\\n' "$?"`])];
  const shell = spawn("bash", ["-c", script.join("\n")], { cwd: ROOT, env, stdio: ["ignore", "pipe", "inherit"] });
  const parts = (await text(shell.stdout)).split(new RegExp(`\\n${MARK} (\\d+)\\n`)); // what is printed, its code, and so on
  return lines.map((line, index) => ({
    line,
    code: Number(parts[2 * index + 1]),
    printed: (parts[2 * index] ?? "").trim(),
  }));
}
