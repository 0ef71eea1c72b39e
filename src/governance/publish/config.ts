// The function's configuration, read once from its environment.
import { type Environment, oneOf, required } from "../../configuration/environment";

/** What serverless.yml hands to the function that publishes a report. */
export interface PublishConfig {
  readonly stage: string;
  readonly bucket: string;
  /** Name of the parameter that says where the newest report is. */
  readonly pointer: string;
  /** ARN of the topic that is told. */
  readonly topic: string;
  readonly engineKind: "serin" | "clarify";
  /** For how long nobody can change or delete a report; 0 for not at all. */
  readonly lockDays: number;
}

/** @throws Error that names the variable which is missing or wrong, and what it must hold. */
export function readConfig(environment: Environment): PublishConfig {
  return {
    stage: required(environment, "STAGE"),
    bucket: required(environment, "REPORTS_BUCKET"),
    pointer: required(environment, "LATEST_REPORT"),
    topic: required(environment, "REPORT_TOPIC"),
    engineKind: oneOf(environment, "ENGINE_KIND", ["serin", "clarify"]),
    lockDays: days(environment, "LOCK_DAYS"),
  };
}

function days(environment: Environment, name: string): number {
  const value = required(environment, name);
  if (/^\d+$/.test(value)) return Number(value);
  throw new Error(`${name} must be a whole number of days, or 0`);
}
