// The qualification's configuration, read from its environment.
import { type Environment, oneOf, required, wholeNumber } from "../../configuration/environment";

/** What the template hands to the qualify function. */
export interface QualificationConfig {
  readonly functionName: string;
  readonly alias: string;
  readonly canary: string;
  /** undefined when there is no version to compare with. */
  readonly stable: string | undefined;
  /** Path in Parameter Store under which records are kept. */
  readonly releasesPath: string;
  /** Times that the golden set is asked. */
  readonly passes: number;
  /** What CodeDeploy is told when the samples allow no verdict. */
  readonly onInconclusive: "fail" | "pass";
}

/** @throws Error that names the variable which is missing or wrong, and what it must hold. */
export function readConfig(environment: Environment): QualificationConfig {
  const stable = version(environment, "STABLE_VERSION", "none");
  return {
    functionName: required(environment, "PREDICT_FUNCTION"),
    alias: required(environment, "ALIAS"),
    canary: version(environment, "CANARY_VERSION"),
    stable: stable === "none" ? undefined : stable,
    releasesPath: required(environment, "RELEASES_PATH"),
    passes: wholeNumber(environment, "PASSES"),
    onInconclusive: oneOf(environment, "ON_INCONCLUSIVE", ["fail", "pass"]),
  };
}

function version(environment: Environment, name: string, alternative?: string): string {
  const value = required(environment, name);
  if (/^[1-9][0-9]*$/.test(value) || value === alternative) return value;
  const expected = ["the number of a published Lambda version", ...(alternative ? [alternative] : [])].join(" or ");
  throw new Error(`${name} must be ${expected}`);
}
