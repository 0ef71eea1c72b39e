// Repeats parts of the template for each model version. CloudFormation's own Fn::ForEach is a macro, which every update of the stack,
// each rollback too, would have to allow (CAPABILITY_AUTO_EXPAND).

const EACH_VERSION = "EachVersion";

/**
 * Repeats what mentions `EachVersion` for each model version, with the version's id in its place: a member of an object when its name
 * does (a resource, so), an item of a list when it is a string or a Fn::Sub that does.
 * @param versions - Ids, which may stand in logical ids: letters and digits.
 */
export function expandEachVersion(value: unknown, versions: readonly string[]): unknown {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown) =>
      isRepeated(item) ? versions.map((version) => fill(item, version)) : [expandEachVersion(item, versions)],
    );
  }
  if (!isObject(value)) return value;
  const members = Object.entries(value).flatMap(([name, member]): [string, unknown][] =>
    name.includes(EACH_VERSION)
      ? versions.map((version) => [name.replaceAll(EACH_VERSION, version), fill(member, version)])
      : [[name, expandEachVersion(member, versions)]],
  );
  return Object.fromEntries(members);
}

function isRepeated(item: unknown): boolean {
  const text = isObject(item) ? item["Fn::Sub"] : item;
  return typeof text === "string" && text.includes(EACH_VERSION);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fill(value: unknown, version: string): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(EACH_VERSION, version));
}
