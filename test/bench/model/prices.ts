// List prices in USD that the cost table needs: us-east-1, on demand, without free tiers, volume discounts and taxes.

/**
 * SageMaker's: https://aws.amazon.com/sagemaker/pricing, as AWS's own cost model has them
 * (github.com/aws-samples/sagemaker-serverless-inference-benchmarking, cost_constants.py; read in November 2026).
 */
export const SAGEMAKER = {
  /** An instance of 2 vCPUs; the price of ml.c6i.large could not be read, give it with --instance-price. */
  instanceType: "ml.c5.large",
  instanceHour: 0.102,
  /** Serverless: a second of a request, for each GB of the endpoint's memory. */
  serverlessGbSecond: 0.00002,
} as const;

/** Amazon Comprehend's sentiment API: https://aws.amazon.com/comprehend/pricing, read in November 2026. */
export const COMPREHEND = { unit: 0.0001, charactersPerUnit: 100, minimumUnits: 3 } as const;
