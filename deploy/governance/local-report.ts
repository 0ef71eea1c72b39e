// A governance report on this machine, as the commands make it: about two models, in a folder beside the earlier reports.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ReportSummary } from "../../src/governance/summary";
import { stateOf } from "../local/state";
import type { Interruption } from "../release/interruption";
import { openStage } from "../release/stage";
import { ROOT } from "../root";
import { comparedModels } from "./compared-models";
import { makeReport } from "./report";

export interface ReportOptions {
  readonly model?: string;
  readonly baseline?: string;
  readonly data?: string;
  readonly config?: string;
  readonly out?: string;
  readonly stage?: string;
  readonly region: string;
}

export interface LocalReport {
  readonly summary: ReportSummary;
  /** The report's folder. */
  readonly out: string;
}

/** Where reports go that nobody names a folder for. */
const reportsFolder = (): string => path.join(stateOf().directory, "governance");

/**
 * Makes the report that the options ask for.
 * @param comparedWithEarlier - Whether the earlier reports of this machine count, too, as the weeks before do in a stage.
 * @throws UserError when there is no such model, or the report cannot be made.
 */
export async function makeLocalReport(
  options: ReportOptions,
  comparedWithEarlier: boolean,
  interruption: Interruption,
): Promise<LocalReport> {
  const scratch = mkdtempSync(path.join(tmpdir(), "serin-governance-"));
  try {
    const { data, config, out = newFolder() } = options;
    const stage = options.stage === undefined ? undefined : openStage(options.stage, options.region);
    const models = await comparedModels(ROOT, options, scratch, stage);
    const { model, baseline } = models;
    console.error(
      `Model ${model.version}, ${baseline ? `compared with ${baseline.version}` : "compared with no other"}`,
    );
    const history = comparedWithEarlier ? earlierReports(options) : undefined;
    const summary = await makeReport(ROOT, { ...models, data, config, history, out, scratch }, interruption);
    return { summary, out };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const newFolder = (): string => path.join(reportsFolder(), new Date().toISOString().slice(0, 19).replaceAll(":", ""));

/** Reports of other data or other questions are not comparable, and those in named folders may be of any. */
function earlierReports({ data, config, out }: ReportOptions): string | undefined {
  const isStandard = [data, config, out].every((option) => option === undefined);
  return isStandard && existsSync(reportsFolder()) ? reportsFolder() : undefined;
}
