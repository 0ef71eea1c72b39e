// The options that the commands which make a governance report have in common.
import { Command } from "commander";
import { defaultRegion } from "../stage-region";

/** A command that makes a report about the versions that its options name. */
export function reportCommand(name: string, description: string): Command {
  return new Command(name)
    .description(
      `${description}\n\nVERSION is a model's folder, a model.tar.gz, or a version that a stage has registered.`,
    )
    .option("--model <version>", "the model to examine (default: the one in the working tree)")
    .option(
      "--baseline <version>",
      "the model to compare it with, or none (default: the newest in git's history that answers otherwise)",
    )
    .option("--data <file>", "labelled rows, CSV or JSON Lines (default: the probe sentences, made anew)")
    .option("--config <file>", "Clarify's analysis_config.json (default: clarify/config/analysis_config.json)")
    .option("--out <dir>", "the report's folder (default: a new one in .serin/governance, beside the earlier ones)")
    .option("--stage <stage>", "the stage that has registered a version; local is the local target that runs")
    .option("--region <region>", "its AWS region (AWS_REGION says another default)", defaultRegion())
    .option("--json", "print summary.json");
}
