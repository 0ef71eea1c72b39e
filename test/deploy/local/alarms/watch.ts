// A stage's alarms minute by minute: their states, and what its people are told.
import type { CompositeAlarm } from "@aws-sdk/client-cloudwatch";
import { type AlarmState, evaluateAlarm, type MetricDatum } from "../../../../deploy/local/alarms/alarm";
import { alarmsOf, evaluateComposite } from "../../../../deploy/local/alarms/composite";
import type { Alarms } from "../../alarms-of";

export interface Told {
  readonly minute: number;
  readonly alarm: string;
  readonly state: AlarmState;
}

/**
 * Follows the alarms as CloudWatch does, its delays left out. While an alarm's suppressor is in ALARM, and for ExtensionPeriod after, its
 * actions wait; they also wait for WaitPeriod, in which the suppressor may come. What is over by then is not told.
 * See "Suppressing composite alarm actions" in the Amazon CloudWatch User Guide.
 */
export class Watch {
  readonly told: Told[] = [];
  readonly states = new Map<string, AlarmState>();
  /** Minute from which an alarm may act, for those in ALARM that have not acted yet. */
  private readonly waiting = new Map<string, number>();

  private readonly composites: readonly CompositeAlarm[];

  constructor(private readonly alarms: Alarms) {
    this.composites = childrenFirst(alarms.composite);
  }

  /** @param data - Of the longest period at least; time stamps count from minute 0. */
  look(minute: number, data: readonly MetricDatum[]): void {
    const before = new Map(this.states);
    for (const alarm of this.alarms.metric) {
      if (alarm.ThresholdMetricId !== undefined) continue; // a band is learned by CloudWatch
      const clock = { nowMs: minute * 60_000, timeScale: 1 };
      this.states.set(String(alarm.AlarmName), evaluateAlarm(alarm, data, clock).state);
    }
    for (const alarm of this.composites) this.lookAtComposite(alarm, minute, before);
  }

  stateOf(name: string): AlarmState {
    return this.states.get(name) ?? "INSUFFICIENT_DATA";
  }

  private lookAtComposite(alarm: CompositeAlarm, minute: number, before: ReadonlyMap<string, AlarmState>): void {
    const name = String(alarm.AlarmName);
    const state = evaluateComposite(String(alarm.AlarmRule), (child) => this.stateOf(child));
    const was = before.get(name) ?? "OK";
    this.states.set(name, state);
    if (state === "OK") this.waiting.delete(name);
    if (state === "OK" && was === "ALARM" && (alarm.OKActions ?? []).length > 0) this.tell(minute, name, state);
    if (state === "ALARM" && was !== "ALARM" && (alarm.AlarmActions ?? []).length > 0)
      this.waiting.set(name, minute + (alarm.ActionsSuppressorWaitPeriod ?? 0) / 60);
    this.act(alarm, minute);
  }

  private act(alarm: CompositeAlarm, minute: number): void {
    const name = String(alarm.AlarmName);
    const from = this.waiting.get(name);
    if (from === undefined) return;
    const { ActionsSuppressor: suppressor, ActionsSuppressorExtensionPeriod: extension = 0 } = alarm;
    if (suppressor !== undefined && this.stateOf(suppressor) === "ALARM") {
      this.waiting.set(name, minute + extension / 60);
    } else if (minute >= from) {
      this.waiting.delete(name);
      this.tell(minute, name, "ALARM");
    }
  }

  private tell(minute: number, alarm: string, state: AlarmState): void {
    this.told.push({ minute, alarm, state });
  }
}

/** In an order in which each alarm comes after those in its rule, and after its suppressor. */
function childrenFirst(composites: readonly CompositeAlarm[]): CompositeAlarm[] {
  const ordered = new Set<CompositeAlarm>();
  const add = (alarm: CompositeAlarm) => {
    const names = [...alarmsOf(String(alarm.AlarmRule)), alarm.ActionsSuppressor];
    composites.filter(({ AlarmName }) => names.includes(AlarmName)).forEach(add);
    ordered.add(alarm);
  };
  composites.forEach(add);
  return [...ordered];
}
