// The function's configuration, read once from its environment.
import { type Environment, required } from "../configuration/environment";
import { type ModelConfig, readModelConfig } from "../model-client/config";
import { type LimiterConfig, readLimiterConfig } from "../rate-limit/config";

/** What serverless.yml hands to POST /predict. */
export interface PredictConfig extends ModelConfig, LimiterConfig {
  readonly stage: string;
  readonly docsUrl: string;
}

/** @throws Error that names the variable which is missing or wrong, and what it must hold. */
export function readConfig(environment: Environment): PredictConfig {
  return {
    stage: required(environment, "STAGE"),
    ...readModelConfig(environment),
    ...readLimiterConfig(environment),
    docsUrl: required(environment, "DOCS_URL"),
  };
}
