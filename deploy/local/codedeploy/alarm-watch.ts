// Does CloudWatch's part: evaluates a deployment group's alarms on the metrics that the function really published.
import {
  type CloudWatchClient,
  DescribeAlarmsCommand,
  type MetricAlarm,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import { evaluateAlarm } from "../alarms/alarm";
import type { FunctionMetrics } from "../metrics/emf";
import { present } from "../present";
import type { AlarmReading } from "./events";

export interface Watched {
  readonly cloudWatch: CloudWatchClient;
  readonly alarmNames: readonly string[];
  readonly metrics: FunctionMetrics;
  readonly timeScale: number;
}

/** Names of the alarms that are in ALARM as they stand, so also when somebody set them by hand. */
export async function activeAlarms({ cloudWatch, alarmNames }: Watched): Promise<string[]> {
  const alarms = await describe(cloudWatch, alarmNames);
  return alarms.filter(({ StateValue }) => StateValue === "ALARM").map(({ AlarmName }) => String(AlarmName));
}

/** Evaluates the alarms once and records their new states, so that everybody who describes them sees those. */
export async function evaluateAlarms(watched: Watched, nowMs: number): Promise<AlarmReading[]> {
  const { cloudWatch, alarmNames, metrics, timeScale } = watched;
  const alarms = await describe(cloudWatch, alarmNames);
  const data = await metrics.read(nowMs);
  return Promise.all(
    alarms.map(async (alarm) => {
      const name = present(alarm.AlarmName, "an alarm's name");
      const { state, value, threshold } = evaluateAlarm(alarm, data, { nowMs, timeScale });
      if (state !== alarm.StateValue) await setState(cloudWatch, name, state, value);
      return { name, state, value, threshold };
    }),
  );
}

/** @throws Error when one is missing: a release must not go unwatched because of a wrong name. */
async function describe(cloudWatch: CloudWatchClient, names: readonly string[]): Promise<MetricAlarm[]> {
  if (names.length === 0) return []; // no names would mean all alarms
  const { MetricAlarms = [] } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [...names] }));
  const missing = names.filter((name) => !MetricAlarms.some(({ AlarmName }) => AlarmName === name));
  if (missing.length > 0) throw new Error(`there is no alarm ${missing.join(", ")}`);
  return MetricAlarms;
}

async function setState(
  cloudWatch: CloudWatchClient,
  AlarmName: string,
  StateValue: AlarmReading["state"],
  value: number | null,
): Promise<void> {
  const StateReason = value === null ? "Too little data." : `The metric is ${value}.`;
  await cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason }));
}
