// Writes the dashboard of the running local target as a page, with what the target measured.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CloudWatchClient, GetDashboardCommand } from "@aws-sdk/client-cloudwatch";
import { clientConfig } from "../aws";
import { readMetrics } from "../metrics/metrics";
import { readTarget, stateOf } from "../state";
import { UserError } from "../user-error";
import { alarmStates, readAlarms } from "./alarm-states";
import { type DashboardBody, readBody } from "./body";
import { dashboardPage } from "./page";

/** What alarms look back at: six hours. */
const ALARMS_SPAN_MS = 6 * 3_600_000;

/** What is asked for. */
export interface PreviewRequest {
  readonly stage: string;
  readonly out?: string;
  readonly minutes: number;
}

/** Writes the page. @returns Its path. @throws UserError when no target runs, or it has no such dashboard. */
export async function writePreview({ stage, out, minutes }: PreviewRequest, state = stateOf()): Promise<string> {
  const { awsUrl } = readTarget(state);
  const toMs = Date.now();
  const [body, alarms, data] = await Promise.all([
    readDashboard(awsUrl, stage),
    readAlarms(awsUrl, stage),
    readMetrics(awsUrl, toMs - Math.max(minutes * 60_000, ALARMS_SPAN_MS)),
  ]);
  const span = { fromMs: toMs - minutes * 60_000, toMs };
  const page = dashboardPage({ stage, body, data, stateOf: alarmStates(alarms, data, toMs), span });
  const file = path.resolve(out ?? path.join(state.directory, "dashboard", `serin-${stage}.html`));
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, page);
  return file;
}

async function readDashboard(awsUrl: string, stage: string): Promise<DashboardBody> {
  const command = new GetDashboardCommand({ DashboardName: `serin-${stage}` });
  try {
    const { DashboardBody = "" } = await new CloudWatchClient(clientConfig(awsUrl)).send(command);
    return readBody(DashboardBody);
  } catch (error) {
    if (!(error instanceof Error) || !/NotFound/.test(error.name)) throw error;
    throw new UserError(`The local target has no dashboard serin-${stage}; is stage ${stage} deployed there?`);
  }
}
