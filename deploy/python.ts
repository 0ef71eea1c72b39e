// `tsx deploy/python.ts SCRIPT [ARGS]`: runs a Python script of this repository inside its virtual environment.
import { spawn } from "node:child_process";
import { runCommand } from "./command";
import { UserError } from "./local/user-error";
import { ensurePython, LOCKS, pythonOf } from "./python-env";
import { ROOT } from "./root";

async function main([lock, ...args]: readonly string[]): Promise<number> {
  if (!isLock(lock)) throw new UserError(`Name a lock first: ${Object.keys(LOCKS).join(", ")}`);
  await ensurePython(lock, (step) => process.stderr.write(`${step}\n`));
  const child = spawn(pythonOf(ROOT, lock), args, { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => child.once("close", (code) => resolve(code ?? 130)));
}

const isLock = (name: string | undefined): name is keyof typeof LOCKS => name !== undefined && name in LOCKS;

void runCommand(() => main(process.argv.slice(2)));
