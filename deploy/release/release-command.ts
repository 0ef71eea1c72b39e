// What the release commands have in common at the terminal: options, progress, a question, Ctrl-C, errors.
import { createInterface } from "node:readline/promises";
import { Command } from "commander";
import { Listr, type ListrTask, PRESET_TIMER } from "listr2";
import { runCommand } from "../command";
import { UserError } from "../local/user-error";
import { defaultRegion } from "../stage-region";
import { explained } from "./aws-error";
import { type Interruption, interruptible } from "./interruption";

export interface StageOptions {
  readonly stage: string;
  readonly region: string;
}

/** A command about a stage. */
export function stageCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .requiredOption("--stage <stage>", "the stage, such as prod; local is the local target that runs")
    .option("--region <region>", "its AWS region (AWS_REGION says another default)", defaultRegion());
}

/** Runs `work`, ends with its exit code, and shows what the user can mend in one line. */
export async function runRelease(work: (interruption: Interruption) => Promise<number>): Promise<void> {
  await runCommand(async () => {
    try {
      return await interruptible(work);
    } catch (error) {
      throw explained(error);
    }
  });
}

/** Runs the steps one after the other, each with its progress and time. */
export async function runSteps<T extends object>(context: T, steps: ListrTask<T>[]): Promise<T> {
  return new Listr<T>(steps, {
    registerSignalListeners: false, // Ctrl-C is Interruption's
    rendererOptions: { timer: PRESET_TIMER, showErrorMessage: false, collapseErrors: false },
    fallbackRenderer: "simple",
    fallbackRendererOptions: { timer: PRESET_TIMER },
  }).run(context);
}

/** @throws UserError when nobody is there to answer: better before long work than after it. */
export function checkTerminal(): void {
  if (!process.stdin.isTTY)
    throw new UserError("There is no terminal to confirm at: add --yes to go on without a question.");
}

/**
 * Asks at the terminal.
 * @throws UserError when nobody is there to answer.
 */
export async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  checkTerminal();
  // terminal: false leaves Ctrl-C to the process, where it is a signal
  const terminal = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  try {
    const ended = new Promise<string>((resolve) => terminal.once("close", () => resolve("")));
    const answer = await Promise.race([terminal.question(`${question} [y/N] `, { signal }), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
