// The rehearsal as one HTML file: works without network, in light and dark, years later.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { RULE } from "../../../src/release/rule";
import { present } from "../present";
import { NETWORK_DELAY } from "./fault-proxy";
import { isAsItShouldBe, type Result, resultOf } from "./result";
import { SCENARIOS } from "./scenarios";
import type { Mark, Moment, Scene } from "./scene";

const PAGES = path.join(__dirname, "..", "pages");
const UPLOT = path.dirname(require.resolve("uplot/package.json"));

/** Columns over time, as uPlot takes them. */
interface Series {
  readonly at: readonly number[];
  readonly canaryWeight: readonly (number | null)[];
  readonly stableP95: readonly (number | null)[];
  readonly canaryP95: readonly (number | null)[];
  readonly stableErrors: readonly (number | null)[];
  readonly canaryErrors: readonly (number | null)[];
}

/** What the page shows of one scenario. */
interface SceneReport {
  readonly about: string;
  readonly isAsItShouldBe: boolean;
  readonly result: Result;
  readonly marks: readonly Mark[];
  readonly series: Series;
}

interface Report {
  /** ISO 8601. */
  readonly at: string;
  readonly rule: typeof RULE;
  readonly networkDelayMs: number;
  readonly windowSeconds: number;
  readonly scenes: readonly SceneReport[];
}

/** Writes the report; its folder is made. */
export function writeReport(file: string, scenes: readonly Scene[], at = new Date()): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, reportPage(scenes, at));
}

/** The page as HTML. */
export function reportPage(scenes: readonly Scene[], at: Date): string {
  const report: Report = {
    at: at.toISOString(),
    rule: RULE,
    networkDelayMs: NETWORK_DELAY.medianMs,
    windowSeconds: scenes[0]?.windowSeconds ?? 0,
    scenes: scenes.map(sceneReport),
  };
  const parts: Readonly<Record<string, string>> = {
    "/* uplot.css */": readFileSync(path.join(UPLOT, "dist", "uPlot.min.css"), "utf8"),
    "/* report.css */": readFileSync(path.join(PAGES, "rehearsal-report.css"), "utf8"),
    "/* uplot.js */": readFileSync(path.join(UPLOT, "dist", "uPlot.iife.min.js"), "utf8"),
    "/* report.js */": readFileSync(path.join(PAGES, "rehearsal-report.js"), "utf8"),
    '"report.json"': scriptSafe(report),
  };
  const template = readFileSync(path.join(PAGES, "rehearsal-report.html"), "utf8");
  return template.replaceAll(/\/\* [\w.]+ \*\/|"report\.json"/g, (place) => present(parts[place], place));
}

/** JSON that cannot end the script element it stands in. */
function scriptSafe(value: object): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

function sceneReport(scene: Scene): SceneReport {
  const result = resultOf(scene);
  return {
    about: SCENARIOS[scene.name].about,
    isAsItShouldBe: isAsItShouldBe(result),
    result,
    marks: scene.marks,
    series: seriesOf(scene.moments()),
  };
}

function seriesOf(moments: readonly Moment[]): Series {
  const column = (value: (moment: Moment) => number | null) => moments.map(value);
  return {
    at: moments.map(({ at }) => at),
    canaryWeight: column(({ canaryWeight }) => canaryWeight),
    stableP95: column(({ stable }) => stable.p95Ms),
    canaryP95: column(({ canary }) => canary.p95Ms),
    stableErrors: column(({ stable }) => stable.errorRate),
    canaryErrors: column(({ canary }) => canary.errorRate),
  };
}
