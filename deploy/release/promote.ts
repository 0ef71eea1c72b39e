// `npm run model:promote`: releases a registered model version.
import { promote } from "./promotion";
import { runRelease, type StageOptions, stageCommand } from "./release-command";
import { openStage } from "./stage";

interface Options extends StageOptions {
  readonly yes?: true;
}

const command = stageCommand("model:promote", "Releases a registered model version, with canary and rollback.")
  .argument("<version>", "the model's version, as `npm run releases` lists it")
  .option("--yes", "do not ask")
  .action((version: string, { stage, region, yes }: Options) =>
    runRelease((interruption) => promote(openStage(stage, region), version, yes !== true, interruption)),
  );

void command.parseAsync();
