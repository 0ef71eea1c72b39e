// `npm test`: every test, TypeScript and Python, closed by one line that counts both.
import { type StdioOptions, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { runCommand } from "../deploy/command";
import { ensurePython, PYTHON } from "../deploy/python-env";

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const JEST = path.join(__dirname, "..", "node_modules", "jest", "bin", "jest.js");

async function run(command: string, args: readonly string[], stdio: StdioOptions = "inherit"): Promise<number> {
  const child = spawn(command, args, {
    stdio,
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}

/** What it prints goes into a file: two runners in one terminal cannot be read. */
async function pytest(report: string, log: string): Promise<number> {
  const printed = openSync(log, "w");
  return run(PYTHON, ["-m", "pytest", "--cov", `--junitxml=${report}`], ["ignore", printed, printed]);
}

function jestCounts(file: string): Counts {
  const report: unknown = JSON.parse(readFileSync(file, "utf8"));
  const count = (key: string): number => {
    const value: unknown = typeof report === "object" && report !== null ? Reflect.get(report, key) : undefined;
    return typeof value === "number" ? value : 0;
  };
  // A suite that cannot be loaded has no failed test of its own.
  return {
    passed: count("numPassedTests"),
    failed: count("numFailedTests") + count("numRuntimeErrorTestSuites"),
    skipped: count("numPendingTests") + count("numTodoTests"),
  };
}

function pytestCounts(file: string): Counts {
  const suite = /<testsuite\b[^>]*>/.exec(readFileSync(file, "utf8"))?.[0] ?? "";
  const count = (key: string) => Number(new RegExp(`\\b${key}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = count("failures") + count("errors");
  const skipped = count("skipped");
  return { passed: count("tests") - failed - skipped, failed, skipped };
}

async function main(): Promise<number> {
  await ensurePython("test", (step) => process.stderr.write(`${step}\n`));
  const reports = mkdtempSync(path.join(tmpdir(), "serin-tests-"));
  try {
    const report = (name: string) => path.join(reports, name);
    const jest = (project: string, ...args: readonly string[]) =>
      run(process.execPath, [JEST, "--selectProjects", project, ...args, "--json", `--outputFile=${report(project)}`]);
    const python = pytest(report("pytest"), report("pytest.log")); // beside the unit tests, which leave it a core
    const codes = [await jest("unit", "--coverage"), await python];
    process.stdout.write(readFileSync(report("pytest.log")));
    codes.push(await jest("e2e", "--runInBand")); // alone: they share a deployment, and a release's latency is measured
    const all = [jestCounts(report("unit")), jestCounts(report("e2e")), pytestCounts(report("pytest"))];
    const total = (key: keyof Counts) => all.reduce((sum, counts) => sum + counts[key], 0);
    const skipped = total("skipped");
    const failedWithoutTest = codes.some((code) => code !== 0) && total("failed") === 0;
    if (failedWithoutTest) console.log("\nNo test failed, but a check did: see the coverage reports above.");
    console.log(`\n${total("passed")} passed, ${total("failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
    return codes.every((code) => code === 0) ? 0 : 1;
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
}

void runCommand(main);
