// What a stage may be called: everything that it consists of is named after it.

/**
 * `CodeDeployHook_serin-<stage>-release` has room for 35 of a Lambda function's 64 characters; 20 also fit into an AutoML job's 32
 * with six to spare, and can be read in a list of alarms.
 */
const MAX_LENGTH = 20;

/** @returns Why nothing can be called so, in one sentence; undefined when a stage can. */
export function wrongWithStageName(name: string): string | undefined {
  const is = `${JSON.stringify(name)} cannot be a stage:`;
  if (name.length > MAX_LENGTH)
    return `${is} it has ${name.length} characters, and at most ${MAX_LENGTH} fit into the names of its AWS resources`;
  if (!/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name))
    return `${is} a name has lower-case letters, digits and hyphens, begins with a letter and does not end with a hyphen`;
  if (/aws|amazon|cognito/.test(name)) return `${is} Cognito allows no domain that contains aws, amazon or cognito`;
  return undefined;
}
