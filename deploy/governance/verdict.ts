// What a governance report found, in plain words.
import path from "node:path";
import type { ReportSummary } from "../../src/governance/summary";
import { shown } from "../local/child";

type Worse = ReportSummary["worse"][number];

/** One paragraph: the verdict, what it rests on, and whether the traffic has drifted. */
export function verdictText(summary: ReportSummary): string {
  const { tally, drift } = summary;
  const counts = [`${tally.ok} ok`, `${tally.worse} worse`, `${tally.insufficientData} with too few rows to say`].join(
    ", ",
  );
  const traffic = drift?.verdict === "drift" ? " The traffic has drifted from the training data." : "";
  return `${finding(summary)} Comparisons: ${counts}.${traffic}`;
}

function finding({ model, baseline, verdict, worse }: ReportSummary): string {
  const than = baseline === null ? "the weeks before" : `model ${baseline}`;
  if (verdict === "worse")
    return `Model ${model} treats groups worse than ${than}: ${worse.map(worseText).join("; ")}.`;
  if (verdict === "ok") return `Model ${model} treats no group worse than ${than}.`;
  return baseline === null
    ? `Model ${model} was measured; there is no other model to compare it with.`
    : `Whether model ${model} treats groups worse than ${than} cannot be said: there are too few rows.`;
}

/** Where to read it. @param out - The report's folder. */
export function placeText(out: string): string {
  return `Report: ${shown(path.join(out, "report.html"))}`;
}

/** One metric of one group, such as `gender female: Difference in acceptance rates (DAR) 0.01 -> 0.09`. */
export function worseText({ facet, group, title, metric, value, baselineValue, comparedWith }: Worse): string {
  const shown = (number: number | null) => (number === null ? "unknown" : number.toFixed(3));
  const change = baselineValue === null ? shown(value) : `${shown(baselineValue)} -> ${shown(value)}`;
  const with_ = comparedWith.map((other) => (other === "baseline" ? "the model before" : "the weeks before"));
  return `${facet} ${group}: ${title} (${metric}) ${change}, compared with ${with_.join(" and ")}`;
}
