// What is live in a stage, what was, and what was found of each release.
import { type Deployment, listDeployments, type Outcome } from "./deployments";
import { type Model, type Registry, readRegistry } from "./models";
import { type ByHand, type Finding, type Records, readRecords } from "./records";
import { readStack } from "./stack";
import type { Stage } from "./stage";
import { type Live, listVersions, readLive, type Version } from "./versions";

/** A release, or what somebody did by hand about one; `at` is ISO 8601. */
export type Event =
  | {
      readonly kind: "release";
      readonly at: string;
      readonly deployment: string;
      readonly from: string;
      readonly to: string;
      readonly outcome: Outcome;
      readonly reason: string;
      readonly alarms: readonly string[];
      readonly finding: Finding | null;
    }
  | (ByHand & { readonly at: string });

export type ModelState = "active" | "previous" | "available";

export interface History {
  readonly stage: string;
  readonly stackStatus: string;
  readonly live: Version & { readonly weight: number };
  readonly canary: (Version & { readonly weight: number }) | null;
  /** Newest first. */
  readonly events: readonly Event[];
  /** Newest first. */
  readonly models: readonly (Model & { readonly state: ModelState })[];
}

/** @param limit - As many events as are wanted. @throws UserError when the stage is not deployed. */
export async function readHistory(stage: Stage, limit: number): Promise<History> {
  const stack = await readStack(stage);
  const [live, versions, deployments, records, registry] = await Promise.all([
    readLive(stage),
    listVersions(stage),
    listDeployments(stage, limit),
    readRecords(stage),
    readRegistry(stage),
  ]);
  const releases = deployments.map((deployment) => toEvent(deployment, records));
  const byHand = records.byHand.map((entry): Event => ({ ...entry, at: entry.when }));
  const events = [...releases, ...byHand].sort((one, other) => other.at.localeCompare(one.at)).slice(0, limit);
  return {
    stage: stage.name,
    stackStatus: stack.status,
    ...liveVersions(live, versions),
    events,
    models: modelsOf(registry),
  };
}

function toEvent(deployment: Deployment, { findings }: Records): Event {
  const { id, startedAt, from, to, outcome, reason, alarms } = deployment;
  const finding = findings.get(id) ?? null;
  return { kind: "release", at: startedAt.toISOString(), deployment: id, from, to, outcome, reason, alarms, finding };
}

function liveVersions(
  { version, canary }: Live,
  versions: ReadonlyMap<string, Version>,
): Pick<History, "live" | "canary"> {
  const of = (number: string, weight: number) => ({
    ...(versions.get(number) ?? { version: number, model: "unknown", endpoint: "unknown" }),
    weight,
  });
  return {
    live: of(version, 1 - (canary?.weight ?? 0)),
    canary: canary === undefined ? null : of(canary.version, canary.weight),
  };
}

function modelsOf({ active, previous, models }: Registry): History["models"] {
  const stateOf = (version: string): ModelState => {
    if (version === active) return "active";
    return version === previous ? "previous" : "available";
  };
  return [...models.values()]
    .map((model) => ({ ...model, state: stateOf(model.version) }))
    .sort((one, other) => other.uploadedAt.localeCompare(one.uploadedAt));
}
