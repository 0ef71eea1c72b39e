// The rehearsal as one HTML file: works without network, in light and dark, years later.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { RULE } from "../../../src/release/rule";
import { selfContainedPage } from "../self-contained-page";
import { NETWORK_DELAY } from "./fault-proxy";
import { isAsItShouldBe, type Result, resultOf } from "./result";
import { SCENARIOS } from "./scenarios";
import type { Mark, Moment, Scene } from "./scene";

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
  return selfContainedPage("rehearsal-report.html", report);
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
