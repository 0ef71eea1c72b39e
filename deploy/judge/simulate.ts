// `npm run judge:simulate`: how often the judge is right and how soon, over simulated releases, beside other ways to watch.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { runCommand } from "../command";
import { ROOT } from "../root";
import { Interrupted, startProgress } from "./progress";
import { plan, run } from "./study";
import { tables } from "./tables";

const PAGE = path.join(ROOT, "docs", "canary-judge.md");
const [BEGIN, END] = ["<!-- begin simulation -->", "<!-- end simulation -->"];

interface Options {
  readonly releases: number;
  readonly seed: number;
  readonly write?: boolean;
}

async function simulate({ releases, seed, write }: Options): Promise<number> {
  const parts = plan(releases, seed);
  const progress = startProgress(parts.length * releases);
  try {
    const results = await run(parts, progress.step);
    progress.end();
    const report = `${releases} releases a cell, seed ${seed}.\n\n${tables(results)}`;
    console.log(report);
    if (write) writeFileSync(PAGE, withTables(readFileSync(PAGE, "utf8"), report));
    return 0;
  } catch (error) {
    progress.end();
    if (error instanceof Interrupted) return 130;
    throw error;
  }
}

function withTables(page: string, report: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${PAGE} lacks ${BEGIN} or, after it, ${END}`);
  return `${page.slice(0, from + BEGIN.length)}\n\n${report}\n\n${page.slice(to)}`;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 1_000_000) throw new InvalidArgumentError("Give 1 to 1000000.");
  return value;
}

const command = new Command("npm run judge:simulate --")
  .description("Simulates releases and prints how often, and how soon, each way to watch a canary stops them.")
  .option("--releases <number>", "simulated releases in each cell", wholeNumber, 2_000)
  .option("--seed <number>", "the same seed gives the same figures", wholeNumber, 1)
  .option("--write", "renew the tables of docs/canary-judge.md")
  .action((options: Options) => runCommand(() => simulate(options)));

void command.parseAsync();
