// What a function's environment says about the model that it asks.
import { type Environment, oneOf, required, wholeNumber } from "../configuration/environment";
import type { FORMATS } from "./format";

/** A model version, its endpoint, and how long it may take. */
export interface ModelConfig {
  readonly modelEndpoint: string;
  readonly modelVersion: string;
  /** How the endpoint is asked and answers. */
  readonly modelFormat: keyof typeof FORMATS;
  /** Milliseconds for an answer, retry included. */
  readonly modelBudgetMs: number;
}

/** @throws Error that names the variable which is missing or wrong, and what it must hold. */
export function readModelConfig(environment: Environment): ModelConfig {
  return {
    modelEndpoint: required(environment, "MODEL_ENDPOINT"),
    modelVersion: required(environment, "MODEL_VERSION"),
    modelFormat: oneOf(environment, "MODEL_FORMAT", ["serin", "autopilot"]),
    modelBudgetMs: wholeNumber(environment, "MODEL_BUDGET_MS", "milliseconds"),
  };
}
