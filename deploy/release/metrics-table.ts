// The registered metrics of two model versions, side by side.
import type { Registry } from "./models";
import { table } from "./table";

/** The active model beside `version`, one line for each evaluation set of either. */
export function metricsBeside({ active, models }: Registry, version: string): string {
  const [current, candidate] = [active === undefined ? undefined : models.get(active), models.get(version)];
  const sets = [...new Set([current, candidate].flatMap((model) => Object.keys(model?.metrics ?? {})))].sort();
  const cells = (set: string) =>
    (["macro_f1", "accuracy"] as const).flatMap((metric) => {
      const [before, after] = [current?.metrics[set]?.[metric], candidate?.metrics[set]?.[metric]];
      return [percent(before), percent(after), points(before, after)];
    });
  const header = ["set", "macro-F1 active", "new", "points", "accuracy active", "new", "points"];
  return [
    `Active: ${describe(active, current?.uploadedAt)}`,
    `New:    ${describe(version, candidate?.uploadedAt)}, ${candidate?.source ?? "unknown"}`,
    "",
    table(
      header,
      sets.map((set) => [set, ...cells(set)]),
      1,
    ),
  ].join("\n");
}

function describe(version: string | undefined, uploadedAt: string | undefined): string {
  return version === undefined ? "none" : `${version}${uploadedAt === undefined ? "" : `, uploaded ${uploadedAt}`}`;
}

const percent = (fraction: number | undefined): string =>
  fraction === undefined ? "-" : `${(100 * fraction).toFixed(1)} %`;

function points(before: number | undefined, after: number | undefined): string {
  if (before === undefined || after === undefined) return "-";
  const difference = (100 * (after - before)).toFixed(1);
  return difference.startsWith("-") ? difference : `+${difference}`;
}
