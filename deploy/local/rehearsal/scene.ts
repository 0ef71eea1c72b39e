// Everything that one rehearsed release was seen to do, as it happens and afterwards.
import { RULE, WINDOW_SECONDS } from "../../../src/release/rule";
import type { MetricDatum } from "../alarms/alarm";
import type { AlarmReading, DeploymentEvent } from "../codedeploy/events";
import type { UserRequest } from "./load";
import type { Pace } from "./pace";
import type { Qualification } from "./qualification";
import { type Outcome, SCENARIOS, type ScenarioName } from "./scenarios";
import { VersionMetrics, type VersionWindow } from "./versions";
import { percent, points, ratio } from "./words";

export type MarkKind = "step" | "hook" | "verdict" | "fault" | "shift" | "alarm" | "rollback" | "promotion" | "outcome";

/** Something that happened. */
export interface Mark {
  /** Seconds from the scene's start. */
  readonly at: number;
  readonly kind: MarkKind;
  readonly text: string;
}

/** Users' requests so far. */
export interface Requests {
  readonly total: number;
  /** Not answered with 200. */
  readonly failed: number;
  /** Of the failed ones, those that no injected fault explains. */
  readonly lost: number;
}

/** The scene at one moment. */
export interface Moment {
  readonly at: number;
  /** 0 to 1. */
  readonly canaryWeight: number;
  readonly stable: VersionWindow;
  readonly canary: VersionWindow;
}

interface Shift {
  readonly at: number;
  readonly canaryWeight: number;
}

interface Ended {
  readonly at: number;
  readonly outcome: Outcome;
  /** As CodeDeploy words it. */
  readonly said: string;
}

const AFTERMATH_SECONDS = 2;

/** A release from `sls deploy` on. */
export class Scene {
  readonly marks: Mark[] = [];
  /** As last evaluated. */
  alarms: readonly AlarmReading[] = [];
  stable = "–";
  canary = "–";
  qualification: Qualification | undefined;
  deploymentId: string | undefined;
  ended: Ended | undefined;
  private readonly metrics = new VersionMetrics();
  private readonly shifts: Shift[] = [];
  private readonly counts = { total: 0, failed: 0, lost: 0 };

  /**
   * @param startMs - ms since the epoch.
   * @param onMark - Called with each mark as it is made.
   */
  constructor(
    readonly name: ScenarioName,
    readonly pace: Pace,
    private readonly startMs: number,
    private readonly onMark: (mark: Mark) => void,
  ) {}

  get requests(): Requests {
    return this.counts;
  }

  /** Seconds that the alarms look back in this scene's compressed time. */
  get windowSeconds(): number {
    return WINDOW_SECONDS / this.pace.timeScale;
  }

  mark(kind: MarkKind, text: string, atMs = Date.now()): void {
    const mark = { at: this.since(atMs), kind, text };
    this.marks.push(mark);
    this.onMark(mark);
  }

  addMetric(datum: MetricDatum): void {
    this.metrics.add(datum);
  }

  /** @param isInjected - Whether the request met the injected fault. */
  addRequest({ status }: UserRequest, isInjected: boolean): void {
    this.counts.total += 1;
    if (status === 200) return;
    this.counts.failed += 1;
    if (isInjected) return;
    this.counts.lost += 1;
    if (this.counts.lost === 1) this.mark("step", `a user's request failed for no injected fault: ${status}`);
  }

  addQualification(found: Qualification | undefined): void {
    this.qualification = found;
    this.mark("verdict", found ? `hook: ${found.verdict} (${numbersOf(found)})` : "hook: it left no record");
  }

  addEvent(event: DeploymentEvent): void {
    if (event.kind === "created") {
      this.deploymentId = event.deploymentId;
      this.stable = event.stable;
      this.canary = event.canary;
      this.mark(
        "step",
        `release ${event.deploymentId}: version ${event.canary} is to replace ${event.stable}`,
        event.atMs,
      );
    } else if (event.kind === "hook" && event.status === "InProgress") {
      this.mark("hook", "the hook asks both versions the golden set", event.atMs);
    } else if (event.kind === "shifted") this.addShift(event.canaryWeight, event.atMs);
    else if (event.kind === "alarms") this.addAlarms(event.alarms, event.atMs);
    else if (event.kind === "ended") this.end(event);
  }

  /** The versions over the window that ends now, or at the newest metric that is known. */
  now(nowMs: number): Moment {
    return this.moment(nowMs, Math.min(nowMs, this.metrics.newestMs ?? nowMs));
  }

  /** The whole scene, and the moments after its end, which show where the traffic stayed. @param step - Seconds from one to the next. */
  moments(step = 0.5): Moment[] {
    const endMs = this.startMs + (this.ended?.at ?? 0) * 1000;
    const lastMs = this.ended ? endMs : (this.metrics.newestMs ?? this.startMs);
    const length = Math.floor((lastMs - this.startMs) / 1000 / step + AFTERMATH_SECONDS / step) + 1;
    return Array.from({ length }, (_, index) => this.startMs + index * step * 1000).map((at) =>
      this.moment(at, Math.min(at, lastMs)),
    );
  }

  /** The versions as the alarms saw them last. */
  decisive(): Moment {
    const atMs = this.startMs + (this.ended?.at ?? Number.POSITIVE_INFINITY) * 1000;
    return this.now(Math.min(atMs, Date.now()));
  }

  private moment(atMs: number, windowEndMs: number): Moment {
    const at = this.since(atMs);
    const window = (version: string) => this.metrics.window(version, windowEndMs, this.pace.timeScale);
    const shift = this.shifts.findLast((earlier) => earlier.at <= at);
    return { at, canaryWeight: shift?.canaryWeight ?? 0, stable: window(this.stable), canary: window(this.canary) };
  }

  private addShift(canaryWeight: number, atMs: number): void {
    this.shifts.push({ at: this.since(atMs), canaryWeight });
    if (canaryWeight === 0) this.mark("rollback", `all traffic is back on version ${this.stable}`, atMs);
    else if (canaryWeight === 1) this.mark("promotion", `all traffic goes to version ${this.canary}`, atMs);
    else this.mark("shift", `${Math.round(canaryWeight * 100)} % of the traffic goes to version ${this.canary}`, atMs);
  }

  private addAlarms(alarms: readonly AlarmReading[], atMs: number): void {
    const known = new Set(this.alarms.filter(({ state }) => state === "ALARM").map(({ name }) => name));
    this.alarms = alarms;
    for (const alarm of alarms) {
      if (alarm.state === "ALARM" && !known.has(alarm.name)) this.mark("alarm", `alarm: ${alarmSentence(alarm)}`, atMs);
    }
  }

  private end({ atMs, status, rolledBack, reason }: Extract<DeploymentEvent, { kind: "ended" }>): void {
    const outcome = status === "Succeeded" ? "promoted" : "rolled back";
    this.ended = { at: this.since(atMs), outcome, said: reason };
    if (status !== "Succeeded" && !rolledBack) return; // it stands halfway
    const expected = SCENARIOS[this.name].expected === outcome ? "as it should be" : "but it should not";
    this.mark("outcome", `${outcome}, ${expected}`, atMs);
  }

  /** Why it ended as it did: what the alarms or the hook say, where they decided. */
  get reason(): string {
    const active = this.alarms.filter(({ state }) => state === "ALARM");
    if (active.length > 0) return `alarm: ${active.map(alarmSentence).join("; ")}`;
    if (this.ended?.outcome === "rolled back" && this.qualification) {
      return `hook: ${this.qualification.reasons.join(" ")}`;
    }
    return this.ended?.said ?? "";
  }

  /** What is going on, in a few words. */
  phase(nowMs: number): string {
    if (this.ended) return this.ended.outcome;
    const [shift] = this.shifts;
    if (shift) return `minute ${Math.floor(((this.since(nowMs) - shift.at) * this.pace.timeScale) / 60)} of 15`;
    return this.deploymentId === undefined ? "sls deploy" : "before traffic: the hook compares";
  }

  /** Seconds from the scene's start; they stop at the release's end. */
  secondsAt(ms: number): number {
    return this.ended?.at ?? this.since(ms);
  }

  private since(ms: number): number {
    return (ms - this.startMs) / 1000;
  }
}

/** What an alarm watches, told from its name in deploy/canary.yml. */
export function alarmLabel({ name }: AlarmReading): string {
  if (name.includes("-latency-")) return "p95, canary / stable";
  return name.includes("-errors-") ? "canary's error rate" : name;
}

/** An alarm's value or threshold in its unit. */
export function alarmValue({ name }: AlarmReading, value: number | null): string {
  return name.includes("-errors-") ? percent(value) : ratio(value);
}

function alarmSentence(alarm: AlarmReading): string {
  return `${alarmLabel(alarm)} is ${alarmValue(alarm, alarm.value)}, more than ${alarmValue(alarm, alarm.threshold)}`;
}

/** Whether an alarm decides yet: below its gate it stays quiet. */
export function isGateOpen({ name }: AlarmReading, { stable, canary }: Moment): boolean {
  if (name.includes("-errors-")) return canary.requests >= RULE.minSamples;
  return canary.compared >= RULE.minSamples && stable.compared >= RULE.minSamples;
}

function numbersOf({ p95Ratio, errorRate, accuracyDifference }: Qualification): string {
  const accuracy = `accuracy ${points(accuracyDifference)}`;
  return `p95 ratio ${ratio(p95Ratio)}, errors ${percent(errorRate)}, ${accuracy}`;
}
