// Which version a rollback goes to.
import { UserError } from "../local/user-error";
import type { Deployment } from "./deployments";
import type { ByHand } from "./records";
import type { Version } from "./versions";

/** What to go back to: what was live before, other code with the same model, another model, or a version by number. */
export type Wanted = "before" | "code" | "model" | { readonly version: string };

export interface Past {
  /** The version that the last `sls deploy` made live. */
  readonly deployed: string;
  /** Newest first. */
  readonly deployments: readonly Deployment[];
  readonly byHand: readonly ByHand[];
  readonly versions: ReadonlyMap<string, Version>;
}

/**
 * Chooses among the versions that were live before the deployed one, newest first. It starts from what was deployed, not
 * from what is live, so that a second rollback in a row finds the same version. Versions that never were promoted are no
 * candidates, and neither are those that somebody rolled back from.
 * @throws UserError when there is none.
 */
export function chooseTarget(wanted: Wanted, past: Past): string {
  if (typeof wanted === "object") return wanted.version;
  const candidates = liveBefore(past);
  if (wanted === "before") return candidates[0] ?? nothing(`${past.deployed} is the first version that was live`);
  const model = past.versions.get(past.deployed)?.model;
  const sameModel = (version: string) => past.versions.get(version)?.model === model;
  const fits = (version: string) => past.versions.has(version) && sameModel(version) === (wanted === "code");
  return (
    candidates.find(fits) ??
    nothing(
      `no version that was live before ${past.deployed} and still exists has ${wanted === "code" ? "the same" : "another"} model`,
    )
  );
}

function nothing(why: string): never {
  throw new UserError(
    `There is nothing to roll back to: ${why}. Mend it and deploy, with \`npm run deploy:emergency\` when it cannot wait.`,
  );
}

/** Where the history does not tell how the deployed version came to be live, the published versions stand in for it. */
function liveBefore({ deployed, deployments, byHand, versions }: Past): readonly string[] {
  const promoted = deployments.filter(({ outcome }) => outcome === "promoted");
  const latest = promoted.findIndex(({ to }) => to === deployed);
  if (latest < 0) return publishedBefore({ deployed, deployments, byHand, versions });
  const rolledBackFrom = (version: string, liveSince: Date) =>
    byHand.some(
      ({ kind, from, when, outcome }) =>
        kind === "rollback" && outcome !== "failed" && from === version && new Date(when) >= liveSince,
    );
  const earlier = promoted.slice(latest + 1).filter(({ to, startedAt }) => !rolledBackFrom(to, startedAt));
  const first = promoted.at(-1)?.from; // it was live before the first deployment that is known
  const candidates = [...earlier.map(({ to }) => to), ...(first === undefined ? [] : [first])];
  return [...new Set(candidates)].filter((version) => version !== deployed);
}

function publishedBefore({ deployed, deployments, versions }: Past): readonly string[] {
  const failed = (version: string) => deployments.some(({ to, outcome }) => to === version && outcome !== "promoted");
  return [...versions.keys()]
    .filter((version) => Number(version) < Number(deployed) && !failed(version))
    .sort((one, other) => Number(other) - Number(one));
}
