// The gate of packaging: a model that is significantly worse than the one before it is refused, unless a person says why not.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { UserError } from "./local/user-error";
import { type Comparison, compareModels, isSameModel, unpackCommitted } from "./model-comparison";
import { ARTIFACT } from "./model-package";

interface Gate {
  /** A folder or a model.tar.gz; without one, the artifact in git's HEAD. */
  readonly baseline?: string;
  /** JSON Lines files of labelled texts, or folders of them; without any, the samples in the repository. */
  readonly data?: readonly string[];
  /** Why a worse model is wanted. */
  readonly allowWorse?: string;
}

/**
 * Compares the model in the working tree with the one before it.
 * @param root - The repository's root.
 * @param onProgress - Called when a comparison begins.
 * @returns null when there is no other model to compare with.
 * @throws UserError when the model is significantly worse on any set, and no reason is given.
 */
export async function passGate(
  root: string,
  gate: Gate,
  onProgress: (step: string) => void,
): Promise<Comparison | null> {
  const folder = mkdtempSync(path.join(tmpdir(), "serin-baseline-"));
  try {
    const after = path.join(root, ARTIFACT);
    const before = gate.baseline ?? (await committedModel(root, folder));
    if (before === undefined) return null;
    onProgress(`comparing with ${gate.baseline ?? "the model in git's HEAD"}`);
    const comparison = await compareModels(root, before, after, gate.data ?? []);
    if (comparison.verdict === "worse" && gate.allowWorse === undefined) throw new UserError(refusal(comparison));
    return comparison;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns The folder with the model that git's HEAD has, if it is another one. */
async function committedModel(root: string, folder: string): Promise<string | undefined> {
  const found = await unpackCommitted(root, folder);
  return found && !isSameModel(folder, path.join(root, ARTIFACT)) ? folder : undefined;
}

function refusal({ sets }: Comparison): string {
  const worse = sets.filter(({ verdict }) => verdict === "worse").map((set) => `  ${describeSet(set)}\n`);
  return `The model is significantly worse than the one before it, so it is not packed:\n${worse.join("")}Train a better one, or say why this one is wanted: --allow-worse "REASON".`;
}

/** One line: how the model does on a set, beside the one before it, in percentage points with 95 % intervals. */
export function describeSet({ name, rows, macro_f1, accuracy, verdict }: Comparison["sets"][number]): string {
  const points = (fraction: number) => (fraction >= 0 ? "+" : "") + (100 * fraction).toFixed(1);
  const change = ({ difference, low, high }: typeof macro_f1) =>
    `${points(difference)} (${points(low)} to ${points(high)})`;
  return `${name}, ${rows} rows: ${verdict}; macro-F1 ${change(macro_f1)}, accuracy ${change(accuracy)} points`;
}
