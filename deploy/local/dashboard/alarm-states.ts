// The states that a stage's alarms have on the local target's metrics: CloudWatch's part, at life's own pace.
import {
  CloudWatchClient,
  type CompositeAlarm,
  type MetricAlarm,
  paginateDescribeAlarms,
} from "@aws-sdk/client-cloudwatch";
import { type AlarmState, evaluateAlarm, type MetricDatum } from "../alarms/alarm";
import { evaluateComposite } from "../alarms/composite";
import { clientConfig } from "../aws";

/** An alarm's state, or why it is not known here. */
export type StateOf = (alarmName: string) => { readonly state: AlarmState } | { readonly note: string };

interface Alarms {
  readonly metric: readonly MetricAlarm[];
  readonly composite: readonly CompositeAlarm[];
}

/** Reads the alarms of a stage. */
export async function readAlarms(awsUrl: string, stage: string): Promise<Alarms> {
  const client = new CloudWatchClient(clientConfig(awsUrl));
  const input = { AlarmNamePrefix: `serin-${stage}-`, AlarmTypes: ["MetricAlarm" as const, "CompositeAlarm" as const] };
  const metric: MetricAlarm[] = [];
  const composite: CompositeAlarm[] = [];
  for await (const { MetricAlarms = [], CompositeAlarms = [] } of paginateDescribeAlarms({ client }, input)) {
    metric.push(...MetricAlarms);
    composite.push(...CompositeAlarms);
  }
  return { metric, composite };
}

/** Evaluates alarms when they are asked for. What cannot be evaluated here counts as INSUFFICIENT_DATA in a rule. */
export function alarmStates({ metric, composite }: Alarms, data: readonly MetricDatum[], nowMs: number): StateOf {
  const stateOf: StateOf = (name) => {
    const alarm = metric.find(({ AlarmName }) => AlarmName === name);
    if (alarm) return attempt(() => evaluateAlarm(alarm, data, { nowMs, timeScale: 1 }).state);
    const rule = composite.find(({ AlarmName }) => AlarmName === name)?.AlarmRule;
    if (rule === undefined) return { note: "the emulated AWS does not know it" };
    return attempt(() => evaluateComposite(rule, (part) => knownState(stateOf(part))));
  };
  return stateOf;
}

function knownState(found: ReturnType<StateOf>): AlarmState {
  return "state" in found ? found.state : "INSUFFICIENT_DATA";
}

function attempt(evaluate: () => AlarmState): ReturnType<StateOf> {
  try {
    return { state: evaluate() };
  } catch (error) {
    return { note: error instanceof Error ? error.message : "cannot be evaluated here" };
  }
}
