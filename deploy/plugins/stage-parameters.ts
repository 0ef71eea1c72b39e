// What the parameters of a stage (serverless.yml, `params`) can be, so that a wrong one fails before anything is made.
import { DeployError, type Serverless } from "./osls";
import { isVersion } from "./released-models";

/** Whether a value will do, and what would. */
interface Rule {
  readonly accepts: (value: string) => boolean;
  readonly expected: string;
}

export type Parameters = Readonly<Record<string, string>>;

const matching = (pattern: RegExp, expected: string): Rule => ({ accepts: (value) => pattern.test(value), expected });

const oneOf = (...allowed: readonly string[]): Rule => ({
  accepts: (value) => allowed.includes(value),
  expected: allowed.join(" or "),
});

const wholeNumber = (least: number, most: number, unit: string): Rule => ({
  accepts: (value) => /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most,
  expected: `a whole number of ${unit}, ${least} to ${most}`,
});

const optional = ({ accepts, expected }: Rule): Rule => ({
  accepts: (value) => value === "" || accepts(value),
  expected: `${expected}, or left out`,
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html */
const tag = matching(/^[\w .:/=+@-]{1,256}$/, "a tag's value: letters, digits, spaces and _.:/=+-@, at most 256");

/** Cognito sends people back to HTTPS only, except to their own machine, and to no address with a fragment. */
const callback = matching(
  /^(https:\/\/[^\s/#]+|http:\/\/localhost(:\d+)?)(\/[^\s#]*)?$/,
  "an https:// address, or http://localhost",
);

const modelVersion: Rule = {
  accepts: isVersion,
  expected: "the id of a model version, as `npm run releases` lists them",
};

/** Of x86, which the packed packages are for, and without a disk of its own, which no key of ours could encrypt. */
const JOB_INSTANCE = /^ml\.(c4|c5|c6i|m4|m5|m6i|r5|t3)\.[a-z0-9]+$/;

/** Once a week: the alarm governance-missed goes off after 8 days. */
const WEEKLY = /^([1-5]?\d) (1?\d|2[0-3]) \? \* (MON|TUE|WED|THU|FRI|SAT|SUN) \*$/;

/** By name. modelVersion, previousModel, deploymentRole and permissionsBoundary have no default in serverless.yml. */
export const RULES: Readonly<Record<string, Rule>> = {
  modelVersion,
  previousModel: { ...modelVersion, accepts: (value) => value === "none" || modelVersion.accepts(value) },
  account: optional(matching(/^\d{12}$/, "the 12 digits of an AWS account")),
  hosting: oneOf("serverless", "realtime", "fixed"),
  instanceType: matching(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/, "a SageMaker instance type, such as ml.c6i.large"),
  autopilotInstanceType: matching(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/, "a SageMaker instance type, such as ml.m5.xlarge"),
  minInstances: wholeNumber(1, 10, "instances"),
  maxInstances: wholeNumber(1, 10, "instances"),
  invocationsPerInstance: wholeNumber(1, 1_000_000, "invocations a minute"),
  modelDependencies: oneOf("packed", "none"),
  modelBudgetMs: wholeNumber(50, 4500, "milliseconds"), // what the function has time for, checkForAws() sees
  explainBudgetMs: wholeNumber(50, 9000, "milliseconds"),
  limiterTimeoutMs: wholeNumber(10, 4500, "milliseconds"),
  release: oneOf("canary", "immediate"),
  onInconclusive: oneOf("fail", "pass"),
  qualificationPasses: wholeNumber(1, 10, "passes"),
  rateLimitOnFailure: oneOf("allow", "deny"),
  dataDeletionPolicy: oneOf("Delete", "Retain"),
  userPoolProtection: oneOf("INACTIVE", "ACTIVE"),
  requestsPerSecond: wholeNumber(1, 10_000, "requests a second"),
  deploymentRole: matching(/^arn:[a-z-]+:iam::\d{12}:role\/\S+$/, "the ARN of a role"),
  permissionsBoundary: matching(/^arn:[a-z-]+:iam::\d{12}:policy\/\S+$/, "the ARN of a policy"),
  network: oneOf("public", "private"),
  governanceImage: oneOf("serin", "clarify"),
  governanceInstanceType: matching(
    JOB_INSTANCE,
    "a SageMaker instance type of c4, c5, c6i, m4, m5, m6i, r5 or t3, such as ml.m5.xlarge",
  ),
  governanceSchedule: matching(
    WEEKLY,
    'a time of the week in UTC, such as "0 3 ? * MON *" (minute, hour, ?, *, day, *)',
  ),
  reportsRetentionDays: wholeNumber(60, 36_500, "days"), // a job compares with the last 8 weeks
  reportsLockDays: wholeNumber(0, 36_500, "days"),
  alarmEmail: optional(matching(/^[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+$/, "an e-mail address")),
  slackWorkspace: optional(matching(/^T[0-9A-Z]{5,254}$/, "the id of a Slack workspace, such as T0123ABCD")),
  slackChannel: optional(matching(/^[CG][0-9A-Z]{5,254}$/, "the id of a Slack channel, such as C0123ABCD")),
  silenceSeconds: {
    accepts: (value) =>
      /^\d+$/.test(value) && Number(value) % 60 === 0 && Number(value) >= 60 && Number(value) <= 86_400,
    expected: "a multiple of 60 seconds, at most 86400",
  },
  owner: tag,
  costCentre: tag,
  callbackUrl: callback,
  docsUrl: matching(/^(https:\/\/[^\s/]+|\/)[^\s]*$/, "an https:// address or a path"),
};

/** Parameters that are about one release, so that the next deployment does not repeat them. */
const OF_ONE_RELEASE = ["modelVersion", "previousModel", "release", "onInconclusive"];

/** Reads osls' `--param="name=value"`. @throws DeployError for one that is something else. */
export function givenParameters(params: readonly string[] = []): Parameters {
  return Object.fromEntries(
    params.map((param) => {
      const [, name, value = ""] = /^([^=]+)=(.*)$/s.exec(param) ?? [];
      if (name === undefined || value === "")
        throw new DeployError(
          `--param=${JSON.stringify(param)} gives nothing: write --param="name=value", or leave it out`,
        );
      return [name, value.trimEnd()];
    }),
  );
}

/** All values that a stage has: given ones, its own in serverless.yml, defaults. */
export function parametersOf(
  serverless: Pick<Serverless, "configurationInput" | "processedInput">,
  stage: string,
): Parameters {
  const { params } = serverless.configurationInput;
  const values = Object.entries({ ...params["default"], ...params[stage] });
  const texts = values.map(([name, value]): [string, string] => [name, String(value)]);
  return { ...Object.fromEntries(texts), ...givenParameters(serverless.processedInput.options?.param) };
}

/** Those that a later deployment is to have as well. */
export function lastingParameters(given: Parameters): Parameters {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !OF_ONE_RELEASE.includes(name)));
}

/**
 * Checks all values that a stage has, given ones and others.
 * @param known - The names that serverless.yml has a default for.
 * @throws DeployError that names the parameter and what it can be.
 */
export function checkParameters(values: Parameters, known: readonly string[]): void {
  const names = [...new Set([...known, ...Object.keys(RULES)])].sort();
  for (const [name, value] of Object.entries(values)) {
    if (!names.includes(name)) throw new DeployError(`There is no parameter ${name}; there are ${names.join(", ")}`);
    const rule = RULES[name];
    if (rule === undefined || rule.accepts(value)) continue;
    throw new DeployError(`The parameter ${name} is ${JSON.stringify(value)}; it can be ${rule.expected}`);
  }
  const { slackWorkspace = "", slackChannel = "" } = values;
  if ((slackWorkspace === "") !== (slackChannel === ""))
    throw new DeployError("Slack takes two parameters: slackWorkspace and slackChannel. Give both or none");
  const { reportsLockDays, reportsRetentionDays } = values;
  if (Number(reportsLockDays) > Number(reportsRetentionDays))
    throw new DeployError(
      `reportsLockDays is ${reportsLockDays}, more than reportsRetentionDays, which is ${reportsRetentionDays}`,
    );
  const { minInstances, maxInstances } = values;
  if (Number(minInstances) > Number(maxInstances))
    throw new DeployError(`minInstances is ${minInstances}, more than maxInstances, which is ${maxInstances}`);
}

/** What spends each budget, and after how many ms it is ended: its timeout in serverless.yml. */
const BUDGETS = {
  modelBudgetMs: ["predict", 5000],
  explainBudgetMs: ["explain", 10_000],
} as const;

/** The limiter decides by one write or two, one after the other (src/rate-limit/gcra.ts); a third takes a race that is rare. */
const LIMITER_WRITES = 2;

/**
 * Checks what holds on AWS only: the local target runs its models without an archive, and gives a slow machine more time.
 * @throws DeployError that says what to change.
 */
export function checkForAws(values: Parameters): void {
  if (values["modelDependencies"] === "none")
    throw new DeployError(
      "The parameter modelDependencies is none, which is for the local target: on AWS an endpoint could not run the model, and the archive would stay under the model's id for later deployments. Leave it out",
    );
  const limiter = LIMITER_WRITES * Number(values["limiterTimeoutMs"]);
  for (const [name, [functionName, timeout]] of Object.entries(BUDGETS)) {
    const needed = limiter + Number(values[name]);
    if (needed >= timeout)
      throw new DeployError(
        `${LIMITER_WRITES} x limiterTimeoutMs (${values["limiterTimeoutMs"]}) and ${name} (${values[name]}) are ${needed} ms together, but AWS ends ${functionName} after ${timeout} ms. Lower one of them`,
      );
  }
}
