// What a million requests cost on SageMaker, from measured speed, beside Amazon Comprehend.
import { COMPREHEND, SAGEMAKER } from "./prices";

/** What was measured, and what is assumed beside it. */
export interface Assumptions {
  /** The most that one server answered, in requests/s. */
  readonly requestsPerSecond: number;
  /** Mean time of a request at one connection, in ms: what a serverless endpoint bills. */
  readonly requestMs: number;
  /** Mean units that Comprehend bills for a text. */
  readonly comprehendUnits: number;
  /** Share of an instance's capacity that average traffic may use: the rest is for its peaks. */
  readonly utilisation: number;
  /** At least so many instances; 2 survive the loss of one. */
  readonly minimumInstances: number;
  /** USD an hour. */
  readonly instanceHour: number;
  /** Memory of a serverless endpoint in GB. */
  readonly serverlessGb: number;
}

/** USD per million requests. */
export interface Cost {
  readonly requestsPerDay: number;
  readonly instances: number;
  readonly realTime: number;
  readonly serverless: number;
  readonly comprehend: number;
}

const SECONDS_PER_DAY = 86_400;
const MILLION = 1e6;

/** The cost at a volume that is spread over the day as the utilisation says. */
export function cost(requestsPerDay: number, assumed: Assumptions): Cost {
  const carried = assumed.requestsPerSecond * assumed.utilisation * SECONDS_PER_DAY; // requests a day an instance
  const instances = Math.max(assumed.minimumInstances, Math.ceil(requestsPerDay / carried));
  const gbSeconds = (assumed.requestMs / 1000) * assumed.serverlessGb;
  return {
    requestsPerDay,
    instances,
    realTime: ((instances * assumed.instanceHour * 24) / requestsPerDay) * MILLION,
    serverless: gbSeconds * SAGEMAKER.serverlessGbSecond * MILLION,
    comprehend: assumed.comprehendUnits * COMPREHEND.unit * MILLION,
  };
}

/** Units that Comprehend bills for a text, counting characters, not UTF-16 code units. */
export function comprehendUnits(text: string): number {
  const { charactersPerUnit, minimumUnits } = COMPREHEND;
  return Math.max(minimumUnits, Math.ceil(Array.from(text).length / charactersPerUnit));
}

/** What {@link cost} takes for granted, a sentence each. */
export function assumptions(assumed: Assumptions): readonly string[] {
  const { requestsPerSecond, requestMs, utilisation, minimumInstances, instanceHour, serverlessGb } = assumed;
  return [
    `Real-time: instances at ${instanceHour} USD an hour, at least ${minimumInstances}, each answering ${requestsPerSecond.toFixed(0)} requests/s as this machine did and on average used to ${(utilisation * 100).toFixed(0)} %. An instance's own rate differs: measure there before you decide.`,
    `Serverless: ${serverlessGb} GB at ${SAGEMAKER.serverlessGbSecond} USD a GB-second, ${requestMs.toFixed(1)} ms a request (one connection, this machine), without cold starts; its CPU share grows with its memory.`,
    `Amazon Comprehend: ${COMPREHEND.unit} USD a unit of ${COMPREHEND.charactersPerUnit} characters, ${assumed.comprehendUnits.toFixed(2)} units a text (at least ${COMPREHEND.minimumUnits}), without volume discounts, which lower it at millions of requests.`,
    "List prices of us-east-1 without free tiers and taxes; API Gateway, Lambda, logs and data transfer, which are the same for the first two, are left out.",
  ];
}
