// One picture of a rehearsed release for a terminal: traffic, both versions, the alarms, what happened.
import type { styleText } from "node:util";
import { RULE } from "../../../src/release/rule";
import { SCENARIOS } from "./scenarios";
import { alarmLabel, alarmValue, isGateOpen, type Mark, type Moment, type Scene } from "./scene";
import type { VersionWindow } from "./versions";
import { count, milliseconds, percent, seconds } from "./words";

type Style = Parameters<typeof styleText>[0];

/** Styles a text; replaced by one that leaves it plain where there are no colours. */
export type Paint = (style: Style, text: string) => string;

const BAR_WIDTH = 20;
const SPARKS = "▁▂▃▄▅▆▇█";
const MARKS_SHOWN = 7;

/** @param history - Earlier moments, the newest last, for the two lines of p95. */
export function frame(scene: Scene, history: readonly Moment[], nowMs: number, paint: Paint): string[] {
  const moment = scene.now(nowMs);
  const { about } = SCENARIOS[scene.name];
  return [
    "",
    `${paint("bold", scene.name)}  a new version that ${verbed(about)}  ${paint("dim", seconds(scene.secondsAt(nowMs)))}`,
    paint("dim", scene.phase(nowMs)),
    "",
    paint(
      "dim",
      `${" ".repeat(14)}${"traffic".padEnd(BAR_WIDTH + 8)}${"p95".padStart(8)}${"errors".padStart(9)}${"samples".padStart(10)}`,
    ),
    versionLine("stable", scene.stable, 1 - moment.canaryWeight, moment.stable, paint),
    versionLine("canary", scene.canary, moment.canaryWeight, moment.canary, paint),
    "",
    ...sparkLines(history, paint),
    ...alarmLines(scene, moment, paint),
    usersLine(scene, paint),
    "",
    ...scene.marks.slice(-MARKS_SHOWN).map((mark) => markLine(mark, paint)),
  ];
}

/** One line of what happened. */
export function markLine({ at, kind, text }: Mark, paint: Paint): string {
  const time = paint("dim", seconds(at).padStart(7));
  return `${time}  ${STYLES[kind] ? paint(STYLES[kind], text) : text}`;
}

const STYLES: Readonly<Partial<Record<Mark["kind"], Style>>> = {
  fault: "yellow",
  alarm: "red",
  rollback: "red",
  promotion: "green",
  outcome: "bold",
};

function verbed(about: string): string {
  return about.startsWith("as ") ? `is ${about}` : about;
}

function versionLine(role: string, version: string, share: number, window: VersionWindow, paint: Paint): string {
  const filled = Math.round(share * BAR_WIDTH);
  const bar =
    paint(role === "stable" ? "blue" : "yellow", "█".repeat(filled)) + paint("dim", "░".repeat(BAR_WIDTH - filled));
  const name = `${role} ${version}`.padEnd(12);
  const part = `${Math.round(share * 100)} %`.padStart(6);
  const figures = [
    milliseconds(window.p95Ms).padStart(10),
    percent(window.errorRate).padStart(9),
    count(window.compared).padStart(10),
  ];
  return `  ${name}${bar}${part}${figures.join("")}`;
}

function sparkLines(history: readonly Moment[], paint: Paint): string[] {
  const recent = history.slice(-60);
  const highest = Math.max(0, ...recent.flatMap(({ stable, canary }) => [stable.p95Ms ?? 0, canary.p95Ms ?? 0]));
  if (highest === 0) return [];
  const line = (role: "stable" | "canary") => recent.map((moment) => spark(moment[role].p95Ms, highest)).join("");
  return [
    `  p95 stable  ${paint("blue", line("stable"))}`,
    `  p95 canary  ${paint("yellow", line("canary"))}  ${paint("dim", `top ${milliseconds(highest)}`)}`,
    "",
  ];
}

function spark(value: number | null, highest: number): string {
  if (value === null) return " ";
  return SPARKS.charAt(Math.min(Math.floor((value / highest) * SPARKS.length), SPARKS.length - 1));
}

function alarmLines(scene: Scene, moment: Moment, paint: Paint): string[] {
  if (scene.alarms.length === 0) return [];
  return [
    ...scene.alarms.map((alarm) => {
      const state = alarm.state === "ALARM" ? paint(["red", "bold"], "ALARM") : paint("green", alarm.state);
      const gate = isGateOpen(alarm, moment) ? "" : paint("dim", `  quiet below ${RULE.minSamples} samples`);
      const label = `alarm  ${alarmLabel(alarm)}`.padEnd(30);
      const value = alarmValue(alarm, alarm.value).padStart(7);
      return `  ${label}${value}  limit ${alarmValue(alarm, alarm.threshold)}  ${state}${gate}`;
    }),
    "",
  ];
}

function usersLine({ requests: { total, failed, lost } }: Scene, paint: Paint): string {
  const told =
    failed === 0
      ? "none failed"
      : `${count(failed)} failed${lost > 0 ? `, ${count(lost)} of them lost` : " by the fault"}`;
  return `  users  ${count(total)} requests, ${failed === 0 ? told : paint(lost > 0 ? "red" : "yellow", told)}`;
}
