// `npm test`: every test, TypeScript and Python, closed by one line that counts both.
import { spawn } from "node:child_process";
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

const JEST_PROJECTS = ["unit", "e2e", "stages", "releases"]; // of package.json
const JEST = path.join(__dirname, "..", "node_modules", "jest", "bin", "jest.js");

/** @param log - A file for what it prints; without one, it prints here. */
async function run(command: string, args: readonly string[], log?: string): Promise<number> {
  const output = log === undefined ? "inherit" : openSync(log, "w");
  const child = spawn(command, args, {
    stdio: ["inherit", output, output],
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}

/** Two runs at once, each of which leaves a core free; the second one's output comes after: mixed, nobody could read them. */
async function together(first: Promise<number>, second: (log: string) => Promise<number>, log: string) {
  const codes = await Promise.all([first, second(log)]);
  process.stdout.write(readFileSync(log));
  return codes;
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
    const jest = (project: string, option: string, log?: string) =>
      run(
        process.execPath,
        [JEST, "--selectProjects", project, option, "--json", `--outputFile=${report(project)}`],
        log,
      );
    const pytest = (log: string) => run(PYTHON, ["-m", "pytest", "--cov", `--junitxml=${report("pytest")}`], log);
    const stages = (log: string) => jest("stages", "--runInBand", log);
    const codes = [
      ...(await together(jest("unit", "--coverage"), pytest, report("pytest.log"))),
      ...(await together(jest("e2e", "--runInBand"), stages, report("stages.log"))), // tests of e2e share a deployment
      await jest("releases", "--runInBand"), // alone, since they measure latency
    ];
    const all = [...JEST_PROJECTS.map((project) => jestCounts(report(project))), pytestCounts(report("pytest"))];
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
