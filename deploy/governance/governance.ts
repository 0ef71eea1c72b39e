// `npm run governance`: measures on this machine how a model treats groups of people, and leaves a report.
import { runRelease } from "../release/release-command";
import { makeLocalReport, type ReportOptions } from "./local-report";
import { reportCommand } from "./report-command";
import { placeText, verdictText } from "./verdict";

interface Options extends ReportOptions {
  readonly json?: true;
}

const command = reportCommand(
  "governance",
  "Measures how a model treats groups of people, and leaves analysis.json, report.html and dataset.csv.",
).action((options: Options) =>
  runRelease(async (interruption) => {
    const { summary, out } = await makeLocalReport(options, true, interruption);
    const text = `${verdictText(summary)}\n${placeText(out)}`;
    console.log(options.json ? JSON.stringify(summary) : text);
    return 0;
  }),
);

void command.parseAsync();
