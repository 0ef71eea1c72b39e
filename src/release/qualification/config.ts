// The qualification's configuration, read from its environment.

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

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Error that names the variable which is missing or wrong, and what it must hold. */
export function readConfig(environment: Environment): QualificationConfig {
  const stable = version(environment, "STABLE_VERSION", "none");
  return {
    functionName: required(environment, "PREDICT_FUNCTION"),
    alias: required(environment, "ALIAS"),
    canary: version(environment, "CANARY_VERSION"),
    stable: stable === "none" ? undefined : stable,
    releasesPath: required(environment, "RELEASES_PATH"),
    passes: positive(environment, "PASSES"),
    onInconclusive: policy(environment, "ON_INCONCLUSIVE"),
  };
}

function required(environment: Environment, name: string): string {
  const value = environment[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set; see serverless.yml`);
  return value;
}

function version(environment: Environment, name: string, alternative?: string): string {
  const value = required(environment, name);
  if (/^[1-9][0-9]*$/.test(value) || value === alternative) return value;
  const expected = ["the number of a published Lambda version", ...(alternative ? [alternative] : [])].join(" or ");
  throw new Error(`${name} must be ${expected}`);
}

function positive(environment: Environment, name: string): number {
  const value = Number(required(environment, name));
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${name} must be a whole number above 0`);
}

function policy(environment: Environment, name: string): "fail" | "pass" {
  const value = required(environment, name);
  if (value === "fail" || value === "pass") return value;
  throw new Error(`${name} must be fail or pass`);
}
