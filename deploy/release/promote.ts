// `npm run model:promote`: releases a registered model version.
import type { Consent } from "../governance/release-check";
import { promote } from "./promotion";
import { runRelease, type StageOptions, stageCommand } from "./release-command";
import { openStage } from "./stage";

interface Options extends StageOptions, Consent {
  readonly yes?: true;
}

const command = stageCommand("model:promote", "Releases a registered model version, with canary and rollback.")
  .argument("<version>", "the model's version, as `npm run releases` lists it")
  .option("--yes", "do not ask")
  .option("--allow-worse <reason>", "release it although it treats groups of people worse; the reason is recorded")
  .option("--without-governance <reason>", "release it without looking at that; the reason is recorded")
  .action((version: string, { stage, region, yes, ...consent }: Options) =>
    runRelease((interruption) =>
      promote(openStage(stage, region), { ...consent, version, ask: yes !== true }, interruption),
    ),
  );

void command.parseAsync();
