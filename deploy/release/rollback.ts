// `npm run rollback`: brings the traffic back to the version before.
import { Option } from "commander";
import { UserError } from "../local/user-error";
import { runRelease, type StageOptions, stageCommand } from "./release-command";
import { rollBack } from "./roll-back";
import type { Wanted } from "./rollback-target";
import { openStage } from "./stage";

interface Options extends StageOptions {
  readonly model?: true;
  readonly code?: true;
  readonly to?: string;
  readonly reason: string;
  readonly yes?: true;
}

const command = stageCommand(
  "rollback",
  "Stops a release that runs, or sends all traffic to the version that was live before.",
)
  .addOption(
    new Option("--model", "back to the last version with another model; its code goes back too").conflicts([
      "code",
      "to",
    ]),
  )
  .addOption(new Option("--code", "back to the last version with the same model").conflicts("to"))
  .option("--to <version>", "back to this version of the function")
  .option("--reason <text>", "why, for the record", "not given")
  .option("--yes", "do not ask")
  .action(({ stage, region, reason, yes, ...options }: Options) =>
    runRelease((interruption) =>
      rollBack(openStage(stage, region), { wanted: wantedBy(options), why: reason, ask: yes !== true }, interruption),
    ),
  );

function wantedBy({ model, code, to }: Pick<Options, "model" | "code" | "to">): Wanted {
  if (to !== undefined && !/^\d+$/.test(to))
    throw new UserError(`--to takes a version's number, such as 12, not ${JSON.stringify(to)}.`);
  if (to !== undefined) return { version: to };
  if (model === true) return "model";
  return code === true ? "code" : "before";
}

void command.parseAsync();
