// `npm run governance:gate`: fails where a model treats any group worse than the one before it.
import { checkReason } from "../release/recorded-release";
import { runRelease } from "../release/release-command";
import { judge } from "./gate";
import { makeLocalReport, type ReportOptions } from "./local-report";
import { reportCommand } from "./report-command";

interface Options extends ReportOptions {
  readonly allowWorse?: string;
  readonly json?: true;
}

const command = reportCommand(
  "governance:gate",
  "Makes a report, and ends with 3 where the model treats any group worse.",
)
  .option(
    "--allow-worse <reason>",
    "end with 0 all the same; allowed-worse.json in the report's folder keeps the reason",
  )
  .action((options: Options) =>
    runRelease(async (interruption) => {
      const { allowWorse } = options;
      if (allowWorse !== undefined) checkReason("--allow-worse", allowWorse, "why a worse model is wanted");
      const report = await makeLocalReport(options, false, interruption);
      if (options.json) console.log(JSON.stringify(report.summary));
      return judge(report, allowWorse);
    }),
  );

void command.parseAsync();
