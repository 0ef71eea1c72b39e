// Reads a function's environment variables, and says which is missing or wrong and what it must hold.

/** A process's environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Error when the variable is not set. */
export function required(environment: Environment, name: string): string {
  const value = environment[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set; see serverless.yml`);
  return value;
}

/**
 * A whole number above 0.
 * @param unit - What the number counts, for the error.
 * @throws Error when the variable is not set or holds something else.
 */
export function wholeNumber(environment: Environment, name: string, unit?: string): number {
  const value = Number(required(environment, name));
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${name} must be a whole number ${unit === undefined ? "" : `of ${unit} `}above 0`);
}

/** One of a few words. @throws Error when the variable is not set or holds something else. */
export function oneOf<const Word extends string>(environment: Environment, name: string, words: readonly Word[]): Word {
  const value = required(environment, name);
  const word = words.find((candidate) => candidate === value);
  if (word !== undefined) return word;
  throw new Error(`${name} must be ${words.join(" or ")}`);
}
