// `npm run releases`: what is live in a stage, what was, and why.
import { InvalidArgumentError } from "commander";
import { readHistory } from "./history";
import { historyText } from "./history-text";
import { runRelease, type StageOptions, stageCommand } from "./release-command";
import { openStage } from "./stage";

interface Options extends StageOptions {
  readonly json?: true;
  readonly limit: number;
}

function positive(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError("It takes a whole number from 1.");
}

const command = stageCommand(
  "releases",
  "Shows what is live, the releases with their verdicts, and the registered models.",
)
  .option("--limit <number>", "as many releases, newest first", positive, 10)
  .option("--json", "print one JSON document")
  .action(({ stage, region, json, limit }: Options) =>
    runRelease(async () => {
      const history = await readHistory(openStage(stage, region), limit);
      console.log(json ? JSON.stringify(history) : historyText(history));
      return 0;
    }),
  );

void command.parseAsync();
