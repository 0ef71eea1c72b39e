// Whoever is on call may run every line of a page's diagnosis; whoever releases, too, may run every line of it.
import { packageEverything } from "../../deploy/permissions/document";
import { grantsOf } from "../../deploy/permissions/grants";
import { index, PAGES, Page } from "./page";

/** Commands whose rights are not named after them. */
const RIGHTS: Readonly<Record<string, string>> = {
  "apigatewayv2 get-authorizers": "apigateway:GET",
  "apigatewayv2 get-routes": "apigateway:GET",
  "apigatewayv2 update-stage": "apigateway:PATCH",
  "dynamodb wait": "dynamodb:DescribeTable",
  "dynamodb update-time-to-live": "dynamodb:UpdateTimeToLive",
  "lambda invoke": "lambda:InvokeFunction",
  "sagemaker wait": "sagemaker:DescribeEndpoint",
};

/** The rights that a page's lines need. */
function neededBy(lines: readonly string[]): string[] {
  const commands = lines.flatMap((line) => [...line.matchAll(/\baws ([a-z0-9-]+) ([a-z0-9-]+)/g)]);
  return commands.map(([, service = "", operation = ""]) => {
    const name = operation.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return RIGHTS[`${service} ${operation}`] ?? `${service}:${name}`;
  });
}

let onCall: ReadonlySet<string>;
let both: ReadonlySet<string>;
beforeAll(() => {
  const grants = grantsOf(packageEverything());
  const actionsOf = (...holders: readonly string[]) =>
    new Set(grants.filter(({ holder }) => holders.includes(holder)).map(({ action }) => action));
  onCall = actionsOf("OnCallPolicy");
  both = actionsOf("OnCallPolicy", "ReleasePolicy");
}, 60_000);

const missing = (lines: readonly string[], rights: ReadonlySet<string>) =>
  neededBy(lines).filter((right) => !rights.has(right));

it.each(PAGES)("%s: on-call may run its diagnosis", (name) => {
  const page = new Page(name);
  expect(missing([page.blanks, ...page.lines("Diagnosis")], onCall)).toEqual([]);
});

it("the index: on-call may run its lines, so that who deploys may read what the stage was given", () => {
  const needed = neededBy(index().lines());
  expect(needed).toContain("ssm:GetParameter");
  expect(missing(index().lines(), onCall)).toEqual([]);
});

it.each(PAGES)("%s: with the rights for a release, all of it", (name) => {
  expect(missing(new Page(name).lines(), both)).toEqual([]);
});
