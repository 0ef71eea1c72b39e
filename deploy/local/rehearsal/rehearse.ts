// `npm run --silent rehearse`: shows on this machine how a release is promoted or rolled back, scenario by scenario.
import { rmSync } from "node:fs";
import path from "node:path";
import { Command, Option } from "commander";
import { runCommand } from "../../command";
import { ensurePython } from "../../python-env";
import { shown } from "../child";
import { lockState, stateOf } from "../state";
import { UserError } from "../user-error";
import { Rehearsal } from "./rehearsal";
import { writeReport } from "./report";
import { isAsItShouldBe, type Result, resultOf } from "./result";
import { SCENARIO_NAMES, type ScenarioName } from "./scenarios";
import type { Scene } from "./scene";
import { type Screen, screenOn } from "./screen";
import { count, seconds } from "./words";

interface Options {
  readonly scenario: ScenarioName | "all";
  readonly json?: true;
  readonly report?: string;
}

const INTERRUPTED = 130;

const command = new Command("rehearse")
  .description("Plays releases on this machine, with real deployments, real load and injected faults.")
  .addOption(
    new Option("--scenario <name>", "what is wrong with the new version")
      .choices([...SCENARIO_NAMES, "all"])
      .default("all"),
  )
  .option("--json", "print the results as JSON, and nothing else, on stdout")
  .option("--report <file>", "where the HTML report goes (default: .serin/rehearsal/report.html)")
  .action(async (options: Options) => {
    process.exitCode = await rehearse(options);
  });

async function rehearse({ scenario, json, report }: Options): Promise<number> {
  const state = stateOf({ SERIN_STATE: path.join(stateOf().directory, "rehearsal") });
  const release = lockState(state);
  const interrupted = nextSignal();
  const screen = screenOn(json ? process.stderr : process.stdout);
  try {
    const rehearsal = await Rehearsal.create({ state, onStep: (step) => screen.say(step) });
    try {
      const scenes: Scene[] = [];
      const played = play(rehearsal, scenario === "all" ? SCENARIO_NAMES : [scenario], screen, scenes);
      const failed = rehearsal.failed.then((reason) => {
        throw new UserError(reason);
      });
      const end = await Promise.race([played, failed, interrupted]);
      played.catch(() => undefined); // an interrupted one fails in its own time
      screen.end();
      if (end === "interrupted") {
        screen.say("Interrupted; stopping everything.");
        return INTERRUPTED;
      }
      const file = report ?? path.join(state.directory, "report.html");
      writeReport(file, scenes);
      return conclude(scenes.map(resultOf), file, screen, json === true);
    } finally {
      screen.end();
      await rehearsal.stop();
    }
  } finally {
    for (const folder of [state.emulator, state.workspace]) rmSync(folder, { recursive: true, force: true });
    release();
  }
}

async function play(
  rehearsal: Rehearsal,
  names: readonly ScenarioName[],
  screen: Screen,
  scenes: Scene[],
): Promise<"played"> {
  await ensurePython("local", (step) => screen.say(step));
  await rehearsal.prepare();
  for (const name of names) {
    const { requestsPerSecond, timeScale } = await rehearsal.measure(name);
    screen.say(
      `\nThis machine holds ${requestsPerSecond} requests/s with room to spare: a canary's 15 minutes take ${seconds(900 / timeScale)}.`,
    );
    const begin = (scene: Scene) => screen.begin(scene);
    const scene = await rehearsal.play(name, (mark) => screen.happened(mark), begin);
    screen.end();
    screen.say(summary(resultOf(scene)));
    scenes.push(scene);
  }
  return "played";
}

function summary(result: Result): string {
  const { scenario, outcome, reason, user_requests, user_requests_failed: failed, user_requests_lost: lost } = result;
  const sign = isAsItShouldBe(result) ? "✓" : "✗";
  const injected = failed > 0 ? ` (${count(failed - lost)} by the injected fault)` : "";
  const users = `${count(user_requests)} user requests, ${count(failed)} failed${injected}`;
  return `${sign} ${scenario}: ${outcome} after ${seconds(result.seconds)}; ${users}\n  ${reason}`;
}

function conclude(results: readonly Result[], report: string, screen: Screen, json: boolean): number {
  const wrong = results.filter((result) => !isAsItShouldBe(result)).map(({ scenario }) => scenario);
  screen.say(
    wrong.length === 0 ? "\nEvery release ended as it should." : `\nNot as it should be: ${wrong.join(", ")}.`,
  );
  screen.say(`Report: ${shown(report)}`);
  if (json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  return wrong.length === 0 ? 0 : 1;
}

/** Settles on the first Ctrl-C or polite kill. */
function nextSignal(): Promise<"interrupted"> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve("interrupted"));
  });
}

void runCommand(async () => {
  await command.parseAsync();
  return process.exitCode;
}).then(() => process.exit());
