// `npm run model:package`: packs the model for SageMaker, unless it is significantly worse than the one before it.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { runCommand } from "./command";
import { CONTAINER_PYTHON, fetchPackages } from "./container-packages";
import type { Comparison } from "./model-comparison";
import { describeSet, passGate } from "./model-gate";
import { type Manifest, readManifest } from "./model-manifest";
import { ARTIFACT, MODEL_PACKAGES, modelVersion, packModel } from "./model-package";
import { ensurePython } from "./python-env";
import { ROOT } from "./root";

interface Options {
  readonly out: string;
  readonly baseline?: string;
  readonly data?: readonly string[];
  readonly allowWorse?: string;
  readonly python: string;
  readonly json?: true;
}

/** What the command prints with --json. */
interface Packed {
  readonly version: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly metrics: Manifest["metrics"];
  readonly comparison: Comparison | null;
  readonly allowedWorse: string | null;
}

const progress = (step: string) => process.stderr.write(`${step}\n`);

const command = new Command("model:package")
  .description("Packs the model with its Python packages into a model.tar.gz that needs no network to start.")
  .option("--out <file>", "the archive to write", path.join(".serin", "model.tar.gz"))
  .option("--baseline <path>", "the model to compare with, a folder or a model.tar.gz (default: the one in git's HEAD)")
  .option("--data <path...>", "labelled texts to compare on, *.jsonl or folders of them (default: test/samples)")
  .option("--allow-worse <reason>", "pack the model although it is significantly worse")
  .option("--python <version>", "the Python of the container", CONTAINER_PYTHON)
  .option("--json", "print one JSON document")
  .action(async (options: Options) => {
    await ensurePython("local", progress);
    const { metrics } = readManifest(path.join(ROOT, ARTIFACT));
    const comparison = await passGate(ROOT, options, progress);
    const packages = await fetchPackages(MODEL_PACKAGES, progress, { python: options.python });
    await packModel(ROOT, options.out, packages);
    const packed = describe(options, metrics, comparison);
    console.log(options.json ? JSON.stringify(packed) : shown(packed));
  });

function describe(
  { out, python, allowWorse }: Options,
  metrics: Packed["metrics"],
  comparison: Comparison | null,
): Packed {
  const archive = readFileSync(out);
  return {
    version: modelVersion(ROOT, python),
    file: out,
    bytes: archive.length,
    sha256: createHash("sha256").update(archive).digest("hex"),
    metrics,
    comparison,
    allowedWorse: comparison?.verdict === "worse" ? (allowWorse ?? null) : null,
  };
}

function shown({ version, file, bytes, metrics, comparison, allowedWorse }: Packed): string {
  const percent = (fraction: number) => `${(100 * fraction).toFixed(1)} %`.padStart(7);
  const width = Math.max(...Object.keys(metrics).map((name) => name.length));
  const figures = Object.entries(metrics).map(
    ([name, { macro_f1, accuracy }]) =>
      `  ${name.padEnd(width)}  macro-F1 ${percent(macro_f1)}  accuracy ${percent(accuracy)}`,
  );
  return [
    `Model ${version}: ${file}, ${(bytes / 1e6).toFixed(1)} MB`,
    "Baseline metrics:",
    ...figures,
    comparison ? "Beside the model before it:" : "There is no other model to compare with.",
    ...(comparison?.sets ?? []).map((set) => `  ${describeSet(set)}`),
    ...(allowedWorse === null ? [] : [`Packed although it is worse: ${allowedWorse}`]),
  ].join("\n");
}

void runCommand(() => command.parseAsync());
