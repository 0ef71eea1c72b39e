// `npm run model:autopilot`: lets SageMaker Autopilot train a model and registers it as a version.
import { InvalidArgumentError } from "commander";
import { runRelease, type StageOptions, stageCommand } from "../release/release-command";
import { openStage } from "../release/stage";
import { type AutopilotOptions, runAutopilot } from "./autopilot-command";

const MAX_HOURS = 30 * 24; // of any Autopilot job (docs.aws.amazon.com/sagemaker/latest/dg/autopilot-quotas.html)

function hours(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= MAX_HOURS) return value;
  throw new InvalidArgumentError(`It is a whole number of hours, 1 to ${MAX_HOURS}.`);
}

const command = stageCommand(
  "model:autopilot",
  "Trains a text classifier with SageMaker Autopilot and registers it. It costs money on AWS. Ctrl-C leaves the job running.",
)
  .option("--data <file>", 'labelled rows, one {"text": "...", "label": "positive|neutral|negative"} a line')
  .option(
    "--name <name>",
    "the job's name, at most 32 characters that begin with serin-STAGE-; of one that exists, any: watch it (default: from the data)",
  )
  .option("--max-runtime <hours>", "when AWS ends the job, whatever it has by then", hours, 6)
  .option("--stop", "stop the job")
  .option("--yes", "do not ask")
  .action(({ stage, region, ...options }: StageOptions & AutopilotOptions) =>
    runRelease((interruption) => runAutopilot(openStage(stage, region), options, interruption)),
  );

void command.parseAsync();
