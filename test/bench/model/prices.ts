// List prices in USD that the cost table needs, from deploy/prices.json, which has their sources.
import { prices } from "../../../deploy/prices.json";

/** SageMaker's. */
export const SAGEMAKER = {
  /** An instance of 2 vCPUs; the price of ml.c6i.large could not be read, give it with --instance-price. */
  instanceType: "ml.c5.large",
  instanceHour: prices.endpointInstanceHour.usd,
  /** Serverless: a second of a request, for each GB of the endpoint's memory. */
  serverlessGbSecond: prices.endpointServerlessGbSecond.usd,
} as const;

/** Amazon Comprehend's sentiment API. */
export const COMPREHEND = { unit: prices.comprehendUnit.usd, charactersPerUnit: 100, minimumUnits: 3 } as const;
