// The function's configuration, read once from its environment.
import { type Environment, required } from "../../configuration/environment";
import { type LimiterConfig, readLimiterConfig } from "../../rate-limit/config";

/** What serverless.yml hands to GET /explainability. */
export interface ExplainabilityConfig extends LimiterConfig {
  readonly stage: string;
  readonly reportsBucket: string;
  readonly docsUrl: string;
}

/** @throws Error that names the variable which is missing or wrong, and what it must hold. */
export function readConfig(environment: Environment): ExplainabilityConfig {
  return {
    stage: required(environment, "STAGE"),
    reportsBucket: required(environment, "REPORTS_BUCKET"),
    ...readLimiterConfig(environment),
    docsUrl: required(environment, "DOCS_URL"),
  };
}
