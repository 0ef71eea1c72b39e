// `npm run dashboard:preview`: shows the dashboard of the running local target.
import { Command, InvalidArgumentError } from "commander";
import { runCommand } from "../../command";
import { shown } from "../child";
import { type PreviewRequest, writePreview } from "./write-preview";

function wholeMinutes(value: string): number {
  const minutes = Number(value);
  if (Number.isInteger(minutes) && minutes > 0) return minutes;
  throw new InvalidArgumentError("It must be a whole number above 0.");
}

const command = new Command("dashboard:preview")
  .description("Writes the running local target's dashboard as an HTML page, and prints its path.")
  .option("--stage <stage>", "whose dashboard", "local")
  .option("--out <file>", "where to write the page (default: in the state folder)")
  .option("--minutes <number>", "how far to look back", wholeMinutes, 60)
  .action(async (request: PreviewRequest) => {
    console.log(shown(await writePreview(request)));
  });

void runCommand(() => command.parseAsync());
