// `npm run deploy:emergency`: deploys without a canary while alarms fire, on record.
import { releaseAtOnce } from "./emergency-release";
import { runRelease, type StageOptions, stageCommand } from "./release-command";
import { openStage } from "./stage";

interface Options extends StageOptions {
  readonly reason: string;
  readonly yes?: true;
}

const command = stageCommand(
  "deploy:emergency",
  "Deploys the working tree without canary, hook and alarms, and records who did and why.",
)
  .requiredOption("--reason <text>", "why it cannot wait for a canary; recorded and sent to the stage's topic")
  .option("--yes", "do not ask")
  .action(({ stage, region, reason, yes }: Options) =>
    runRelease((interruption) => releaseAtOnce(openStage(stage, region), reason, yes !== true, interruption)),
  );

void command.parseAsync();
