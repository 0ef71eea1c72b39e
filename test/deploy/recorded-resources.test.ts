// Resources that the emulated AWS only records are looked at by tests of the compiled template instead, and docs/emulator.md lists them.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { packageService, type Template } from "../../deploy/packaged-service";
import { ROOT } from "../../deploy/root";

const read = (...names: readonly string[]) => readFileSync(path.join(ROOT, ...names), "utf8");

/** The keys of the emulator's table. */
const recorded = [
  ...read("deploy", "local", "emulator", "recorded_resources.py").matchAll(/^ {4}"(AWS::[\w:]+)": _Recorded/gm),
].map(([, type = ""]) => type);

/** The template tests, but for this one. */
const tests = ["deploy", "runbooks"]
  .flatMap((folder) => readdirSync(path.join(ROOT, "test", folder)).map((file) => path.join("test", folder, file)))
  .filter((file) => file.endsWith(".test.ts") && !file.includes("recorded-resources"))
  .map((file) => read(file))
  .filter((text) => text.includes("packageService"));

let template: Template;
beforeAll(() => {
  const slack = ["slackWorkspace=T0123ABCD", "slackChannel=C0123ABCD"];
  const given = ["network=private", "alarmEmail=ops@example.com", ...slack].map((parameter) => `--param=${parameter}`);
  const packaged = packageService("prod", ...given);
  ({ template } = packaged);
  packaged.remove();
}, 60_000);

it("has some", () => {
  expect(recorded.length).toBeGreaterThan(5);
  expect(tests.length).toBeGreaterThan(3);
});

it("docs/emulator.md lists them all, and no others", () => {
  const listed = [...read("docs", "emulator.md").matchAll(/^\| `(AWS::[\w:]+)`/gm)].map(([, type]) => type);
  expect(listed.sort()).toEqual([...recorded].sort());
});

it.each(recorded)("each %s of the template is named by a template test, by its type or its logical id", (type) => {
  const unseen = Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([logicalId]) => logicalId.replace(/[0-9a-f]{12}$/, "")) // the model version
    .filter((logicalId) => !tests.some((text) => text.includes(`"${type}"`) || text.includes(logicalId)));
  expect(unseen).toEqual([]);
});
