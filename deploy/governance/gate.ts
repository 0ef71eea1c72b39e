// The gate: a model that treats any group worse than the one before it does not pass, unless a person says why.
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { LocalReport } from "./local-report";
import { placeText, verdictText, worseText } from "./verdict";

/** The exit code of a refusal, as of `python -m job --gate`. */
const REFUSED = 3;

/**
 * Says what was found, and records the reason in the report's folder where a worse model is let through.
 * @returns The exit code.
 */
export function judge({ summary, out }: LocalReport, allowWorse: string | undefined): number {
  const report = placeText(out);
  if (summary.verdict !== "worse") return say(`${verdictText(summary)}\n${report}`);
  if (allowWorse === undefined) return say(`${refusalText(summary)}\n${report}`, REFUSED);
  const allowed = { verdict: summary.verdict, reason: allowWorse.trim(), at: new Date().toISOString() };
  writeFileSync(path.join(out, "allowed-worse.json"), `${JSON.stringify(allowed, null, 2)}\n`);
  return say(`${verdictText(summary)}\nAllowed all the same: ${allowed.reason}\n${report}`);
}

function say(text: string, code = 0): number {
  console.error(text);
  return code;
}

/** What got worse, a line each, and what may be done about it. */
export function refusalText({ model, baseline, worse, tally }: LocalReport["summary"]): string {
  const more = tally.worse > worse.length ? [`  and ${tally.worse - worse.length} more, in the report`] : [];
  return [
    `Model ${model} treats groups of people worse than ${baseline ?? "before"}, so it does not pass:`,
    ...worse.map((found) => `  ${worseText(found)}`),
    ...more,
    'Train another one, or say why this one is wanted: --allow-worse "REASON".',
  ].join("\n");
}
