// How a command ends: its exit code, or one line for what the person at the terminal can mend.
import { UserError } from "./local/user-error";

/** Runs a command and sets the process's exit code: the number that `main` settles with, if any, else 0; 1 when it fails. */
export async function runCommand(main: () => Promise<unknown>): Promise<void> {
  try {
    const result = await main();
    process.exitCode = typeof result === "number" ? result : 0;
  } catch (error) {
    console.error(error instanceof UserError ? error.message : error);
    process.exitCode = 1;
  }
}
