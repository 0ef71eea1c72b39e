// Narrows parsed JSON to an object with given string members.

/** Whether `value` is an object whose `keys` all hold strings. */
export function hasStrings<K extends string>(value: unknown, keys: readonly K[]): value is Readonly<Record<K, string>> {
  return (
    typeof value === "object" && value !== null && keys.every((key) => typeof Reflect.get(value, key) === "string")
  );
}
