// One governance report: runs clarify's job on this machine, and reads what it found.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { ReportSummary } from "../../src/governance/summary";
import { validateReportSummary } from "../../src/governance/validate.generated";
import { shown } from "../local/child";
import { UserError } from "../local/user-error";
import { ensurePython, PYTHON } from "../python-env";
import type { Interruption } from "../release/interruption";
import type { ModelPlace } from "./model-place";

/** The committed configuration, from the repository's root. */
const CONFIG = "clarify/config/analysis_config.json";

export interface ReportRequest {
  readonly model: ModelPlace;
  /** undefined: nothing is compared. */
  readonly baseline: ModelPlace | undefined;
  /** Labelled rows, whose texts the report must not show; undefined: the probe sentences, which it may. */
  readonly data: string | undefined;
  /** Clarify's analysis_config.json; undefined: the committed one, for the probe. */
  readonly config: string | undefined;
  /** A folder of earlier reports. */
  readonly history: string | undefined;
  /** The folder of the report. */
  readonly out: string;
  /** For what is made on the way. */
  readonly scratch: string;
}

/** The exit codes of `python -m job` when the report is there. */
const DONE: readonly number[] = [0, 3];

/**
 * Shows the job's progress on stderr.
 * @param root - The repository's root.
 * @throws UserError when the report cannot be made; the job has said why.
 */
export async function makeReport(
  root: string,
  request: ReportRequest,
  interruption: Interruption,
): Promise<ReportSummary> {
  await ensurePython("governance", (step) => process.stderr.write(`${step}\n`));
  const data =
    request.data === undefined
      ? [await makeProbe(root, request.scratch, interruption), "--probe"]
      : [path.resolve(request.data)];
  const code = await python(root, ["-m", "job", "--data", ...data, ...jobArguments(root, request)], interruption);
  if (!DONE.includes(code)) throw new UserError(`The governance report could not be made (exit ${code}).`);
  return readSummary(request.out);
}

async function makeProbe(root: string, scratch: string, interruption: Interruption): Promise<string> {
  const file = path.join(scratch, "probe.csv");
  const code = await python(root, ["-m", "probe", "--out", file], interruption);
  if (code !== 0) throw new UserError(`The probe sentences could not be made (exit ${code}).`);
  return file;
}

function jobArguments(root: string, { model, baseline, config, history, out }: ReportRequest): string[] {
  const place = (option: string, { version, place }: ModelPlace) => [option, `${version}=${place}`];
  return [
    ...["--config", path.resolve(config ?? path.join(root, CONFIG))],
    ...place("--model", model),
    ...(baseline === undefined ? [] : place("--baseline", baseline)),
    ...(history === undefined ? [] : ["--history", path.resolve(history)]),
    ...["--out", path.resolve(out)],
  ];
}

/** Runs a module of clarify/. Ctrl-C reaches it once, through us, so that it tidies up; it does not outlive us. */
async function python(root: string, args: readonly string[], { signal }: Interruption): Promise<number> {
  signal.throwIfAborted();
  const PYTHONPATH = ["clarify", "model"].map((folder) => path.join(root, folder)).join(path.delimiter);
  const env = { ...process.env, PYTHONPATH };
  const child = spawn(PYTHON, args, { env, cwd: root, detached: true, stdio: ["ignore", 2, "inherit"] });
  const kill = () => child.kill("SIGKILL");
  const stop = () => child.kill("SIGINT");
  process.once("exit", kill);
  signal.addEventListener("abort", stop, { once: true });
  try {
    await once(child, "close");
  } finally {
    signal.removeEventListener("abort", stop);
    process.off("exit", kill);
  }
  signal.throwIfAborted();
  return child.exitCode ?? 1;
}

function readSummary(out: string): ReportSummary {
  const file = path.join(out, "summary.json");
  const summary: unknown = JSON.parse(readFileSync(file, "utf8"));
  if (validateReportSummary(summary)) return summary;
  throw new Error(`${shown(file)} is not of the form that src/governance/summary.ts says`);
}
