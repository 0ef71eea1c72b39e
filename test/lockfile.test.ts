// The lock file serves every platform: npm leaves out optional packages that it could not find, and then `npm ci` fails elsewhere.
import { readFileSync } from "node:fs";
import path from "node:path";

interface Lock {
  readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>;
}

it("package-lock.json holds the packages of all platforms", () => {
  const lock: Lock = JSON.parse(readFileSync(path.join(__dirname, "..", "package-lock.json"), "utf8"));
  const locked = new Set(Object.keys(lock.packages).map((name) => name.replace(/^.*node_modules\//, "")));
  const optional = Object.values(lock.packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
  expect(optional.filter((name) => !locked.has(name))).toEqual([]);
});
