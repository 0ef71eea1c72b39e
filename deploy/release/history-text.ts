// The history of a stage as a person reads it.
import type { Event, History } from "./history";
import { table } from "./table";

/** What is live, then the releases, then the models. */
export function historyText(history: History): string {
  return [live(history), "", releases(history), "", models(history)].join("\n");
}

function live({ stage, stackStatus, live: stable, canary }: History): string {
  const line = ({ version, model, weight }: History["live"]) =>
    `version ${version} (model ${model}), ${Math.round(100 * weight)} % of the traffic`;
  return [
    `Stage ${stage}, stack ${stackStatus}`,
    `Live:   ${line(stable)}`,
    ...(canary === null ? [] : [`Canary: ${line(canary)}`]),
  ].join("\n");
}

function releases({ events }: History): string {
  if (events.length === 0) return "No releases yet: a first deployment has nothing to be compared with.";
  const rows = events.map((event) => [shortTime(event.at), `${event.from} -> ${event.to}`, ...told(event)]);
  return table(["when (UTC)", "versions", "what", "qualification", "why"], rows);
}

/** What happened, what the hook said of it, and why. */
function told(event: Event): readonly string[] {
  if (event.kind !== "release") return [`${event.kind} ${event.outcome}`, "", `${event.who}: ${event.why}`];
  const { outcome, finding, alarms, reason } = event;
  const by = alarms.length > 0 ? `alarm ${alarms.join(", ")}` : reason;
  const why = finding?.outcome === "Failed" ? finding.reasons.join("; ") : by;
  const isBack = outcome === "promoted" && Number(event.to) < Number(event.from);
  return [isBack ? "moved back" : outcome, finding?.verdict ?? "none", why];
}

function models({ models: registered }: History): string {
  if (registered.length === 0) return "No models are registered.";
  const rows = registered.map(({ version, state, source, uploadedAt }) => [
    version,
    state,
    source,
    shortTime(uploadedAt),
  ]);
  return table(["model", "state", "source", "uploaded (UTC)"], rows);
}

const shortTime = (iso: string): string => iso.slice(0, 16).replace("T", " ");
