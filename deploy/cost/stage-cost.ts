// What a stage costs a month: its inventory and its traffic times list prices.
import { prices } from "../prices.json";
import type { Inventory } from "./inventory";

/** What is taken for granted, since no deployment of this repository's authors on AWS has measured it. */
export const ASSUMED = {
  hoursAMonth: 730,
  daysAMonth: 30.4,
  /** What Lambda bills for a request: it waits for DynamoDB and for the model most of the time. */
  lambdaSeconds: 0.04,
  /** What a serverless endpoint bills for a request. */
  serverlessSeconds: 0.02,
  serverlessGb: 2,
  /** The function's log line (418 bytes) and metrics (848), Lambda's own lines, the access log. */
  logKb: 2,
  answerKb: 0.8,
  modelsGb: 1,
  /** 10 metrics with 3 sets of dimensions each (src/telemetry), and API Gateway's 6 of the route; without requests there are none. */
  customMetrics: 36,
  /** Of the governance report, each with one set of dimensions (src/governance/publish/metrics.ts). */
  reportMetrics: 5,
  /** Requests a day of one machine client: half of its quota of 100 a minute. */
  requestsOfAClient: 0.5 * 100 * 1440,
  /** Every client takes a token an hour. */
  tokensADay: 24,
} as const;

/** How a stage hosts its two model versions, the active one and the one before. */
export type Hosting = "serverless" | "realtime";

/** USD a month; null where the price has no source. */
export interface CostLine {
  readonly part: string;
  readonly usd: number | null;
}

/** @param requestsPerDay - Spread evenly; peaks add instances for as long as they last. */
export function stageCost(requestsPerDay: number, inventory: Inventory, hosting: Hosting): readonly CostLine[] {
  const requests = requestsPerDay * ASSUMED.daysAMonth;
  const gb = (kb: number) => (requests * kb) / 1e6;
  const lambda = prices.lambdaRequest.usd + ASSUMED.lambdaSeconds * inventory.lambdaGb * prices.lambdaGbSecond.usd;
  const metrics = requests > 0 ? ASSUMED.customMetrics * prices.metricMonth.usd : 0;
  return [
    { part: "SageMaker endpoints, two model versions", usd: endpoints(requestsPerDay, inventory, hosting) },
    { part: "Cognito, machine clients", usd: clients(requestsPerDay) },
    { part: "Lambda", usd: requests * lambda },
    { part: "HTTP API", usd: requests * prices.httpApiRequest.usd },
    { part: "DynamoDB", usd: requests * prices.dynamoDbWrite.usd },
    { part: "Logs, kept for 30 days", usd: gb(ASSUMED.logKb) * (prices.logsGb.usd + prices.logsGbMonth.usd) },
    { part: "Custom metrics", usd: metrics },
    { part: "Metrics of the governance report", usd: ASSUMED.reportMetrics * prices.metricMonth.usd },
    { part: "Governance job, weekly", usd: prices.processingInstanceHour.usd },
    { part: "Alarms", usd: inventory.alarmMetrics * prices.alarmMetricMonth.usd },
    { part: "Dashboard", usd: inventory.dashboards * prices.dashboardMonth.usd },
    { part: "KMS keys", usd: inventory.keys * prices.kmsKeyMonth.usd },
    { part: "S3", usd: ASSUMED.modelsGb * prices.s3GbMonth.usd },
    { part: "Data to the internet", usd: gb(ASSUMED.answerKb) * prices.dataOutGb.usd },
    { part: `Composite alarms (${inventory.compositeAlarms})`, usd: prices.compositeAlarmMonth.usd },
    { part: `Service level objectives (${inventory.objectives})`, usd: prices.objectiveMonth.usd },
  ];
}

/** The sum of what has a price. */
export function total(lines: readonly CostLine[]): number {
  return lines.reduce((sum, { usd }) => sum + (usd ?? 0), 0);
}

/** The model before keeps an endpoint that costs nothing when it is serverless, and its least instances when it is not. */
function endpoints(requestsPerDay: number, inventory: Inventory, hosting: Hosting): number {
  const { serverlessSeconds, serverlessGb, daysAMonth, hoursAMonth } = ASSUMED;
  if (hosting === "serverless") {
    const gbSeconds = requestsPerDay * daysAMonth * serverlessSeconds * serverlessGb;
    return gbSeconds * prices.endpointServerlessGbSecond.usd;
  }
  const { minInstances, invocationsPerInstance } = inventory;
  const active = Math.max(minInstances, Math.ceil(requestsPerDay / 1440 / invocationsPerInstance));
  return (active + minInstances) * hoursAMonth * prices.endpointInstanceHour.usd;
}

function clients(requestsPerDay: number): number {
  const count = Math.max(1, Math.ceil(requestsPerDay / ASSUMED.requestsOfAClient));
  const tokens = requestsPerDay > 0 ? count * ASSUMED.tokensADay * ASSUMED.daysAMonth : 0;
  return count * prices.machineClientMonth.usd + tokens * prices.machineToken.usd;
}

/** What the same texts cost at Amazon Comprehend; 3 units are the least that it bills. */
export function comprehendCost(requestsPerDay: number, unitsOfAText = 3): number {
  return requestsPerDay * ASSUMED.daysAMonth * unitsOfAText * prices.comprehendUnit.usd;
}

/** What `network: private` adds, without the data that passes. */
export function privateNetworkCost({ interfaceEndpointZones }: Inventory): number {
  return interfaceEndpointZones * ASSUMED.hoursAMonth * prices.interfaceEndpointHour.usd;
}
