// What people are told of a report, in plain words.
import type { ReportSummary } from "../summary";

const MOST_LINES = 5;

/** SNS takes at most 100 characters of ASCII for a subject. */
export interface Message {
  readonly Subject: string;
  readonly Message: string;
}

const HEADLINES = {
  ok: "nothing got worse",
  worse: "bias got worse",
  "insufficient data": "too few data to judge",
} as const;

/** @param summary - undefined for a report of Clarify's, which has no verdict. */
export function messageOf(stage: string, uri: string, summary: ReportSummary | undefined): Message {
  const headline = summary === undefined ? "a new report of Clarify's" : HEADLINES[summary.verdict];
  const text = summary === undefined ? ["Clarify measures, but judges nothing: read it."] : sentences(summary);
  return {
    Subject: `Serin ${stage}: governance report - ${headline}`,
    Message: [...text, "", `The report: ${uri}report.html`, "How to read it: docs/bias-metrics.md", ""].join("\n"),
  };
}

function sentences(summary: ReportSummary): string[] {
  const { model, baseline, tally, worse } = summary;
  const comparison = baseline === null ? "no version before it" : `version ${baseline} before it`;
  const lines = worse
    .slice(0, MOST_LINES)
    .map(
      ({ facet, group, metric, title, value, baselineValue }) =>
        `- ${facet} = ${group}: ${title} (${metric}) is ${figure(value)}, was ${figure(baselineValue)}`,
    );
  const others = tally.worse - lines.length;
  return [
    `Model version ${model}, compared with ${comparison} and with the last weeks.`,
    `Of ${tally.ok + tally.worse + tally.insufficientData} comparisons ${tally.worse} got worse; ` +
      `for ${tally.insufficientData} there were too few data.`,
    ...lines,
    ...(others > 0 && lines.length > 0 ? [`- and ${others} more`] : []),
    driftSentence(summary.drift),
  ];
}

function driftSentence(drift: ReportSummary["drift"]): string {
  if (drift === null) return "Drift of the traffic was not judged.";
  if (drift.verdict === "insufficient data") return `Too few requests to judge drift (${drift.requests}).`;
  const drifted = drift.features.filter(({ verdict }) => verdict === "drift").map(({ name }) => name);
  if (drifted.length === 0) return `The traffic is like the training data (${drift.requests} requests).`;
  return `The traffic drifted from the training data in: ${drifted.join(", ")} (${drift.requests} requests).`;
}

const figure = (value: number | null): string => (value === null ? "unknown" : value.toFixed(3));
