// Least privilege: every right of the compiled template is in the reviewed table, has a reason, and is no wider than it must be.
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Template } from "../../deploy/packaged-service";
import { PERMISSIONS_PAGE, packageEverything, permissionsDocument } from "../../deploy/permissions/document";
import { type Grant, grantsOf, trustOf } from "../../deploy/permissions/grants";
import { ROOT } from "../../deploy/root";

let template: Template;
let grants: Grant[];
beforeAll(() => {
  template = packageEverything();
  grants = grantsOf(template);
}, 60_000);

const allowed = () => grants.filter(({ effect }) => effect === "Allow");
const named = ({ holder, sid, action, resource }: Grant) => `${holder} ${sid ?? "(no Sid)"}: ${action} on ${resource}`;

/** The lines of one text that the other lacks. */
function newLines(text: string, other: string): string[] {
  const known = new Set(other.split("\n"));
  return text.split("\n").filter((line) => !known.has(line));
}

describe("the rights in the template of stage prod with all its parts", () => {
  it("are those of docs/permissions.md: review what is new here, then run `npm run generate`", () => {
    const reviewed = readFileSync(path.join(ROOT, PERMISSIONS_PAGE), "utf8");
    const compiled = permissionsDocument(template);
    expect({ new: newLines(compiled, reviewed), gone: newLines(reviewed, compiled) }).toEqual({ new: [], gone: [] });
    expect(compiled).toBe(reviewed);
  });

  it("each have a Sid, and under it a reason in Metadata.Reasons of the same resource", () => {
    const unexplained = allowed().filter(({ reason = "" }) => !/^[A-Z].{10,}\.$/.test(reason));
    expect(unexplained.map(named)).toEqual([]);
  });

  it("leave no reason behind whose right is gone", () => {
    const given = new Set(grants.map(({ holder, sid }) => `${holder} ${sid}`));
    const reasons = Object.entries(template.Resources).flatMap(([holder, { Metadata }]) =>
      Object.keys(Metadata?.Reasons ?? {}).map((sid) => `${holder} ${sid}`),
    );
    expect(reasons.filter((reason) => !given.has(reason))).toEqual([]);
  });

  it("name each action in full", () => {
    expect(
      allowed()
        .filter(({ action }) => !/^[a-z0-9-]+:[A-Za-z0-9]+$/.test(action))
        .map(named),
    ).toEqual([]);
  });

  it("are given to nobody outside of this account and AWS's own services", () => {
    const outside = allowed().filter(
      ({ principal, condition }) =>
        principal !== undefined &&
        !/^((arn:aws:iam::ACCOUNT:root|\$\{\w+\.Arn\}|[a-z0-9.-]+\.amazonaws\.com)(, |$))+$/.test(principal) &&
        !/aws:(PrincipalArn|PrincipalAccount|SourceOwner) (\$\{\w+\.Arn\}|ACCOUNT)/.test(condition),
    );
    expect(outside.map(named)).toEqual([]);
  });

  it("are given to an AWS service only for this account's resources", () => {
    const confusable = allowed().filter(
      ({ principal, condition }) => principal?.endsWith(".amazonaws.com") && !/aws:Source(Account|Arn)/.test(condition),
    );
    expect(confusable.map(named)).toEqual([]);
  });
});

describe("the roles", () => {
  const functions = () => Object.entries(template.Resources).filter(([, { Type }]) => Type === "AWS::Lambda::Function");

  it("are one for each function, taken by Lambda alone", () => {
    const roles = functions().map(([, { Properties }]) => JSON.stringify(Properties["Role"]));
    expect(new Set(roles).size).toBe(roles.length);
    const trust = trustOf(template);
    const names = roles.map((role) => /"Fn::GetAtt":\["(\w+)","Arn"\]/.exec(role)?.[1] ?? role);
    expect(names.map((name) => trust.get(name))).toEqual(roles.map(() => "lambda.amazonaws.com"));
  });

  it("have no policy that AWS may widen", () => {
    expect(
      allowed()
        .filter(({ sid }) => sid === "ManagedPolicies")
        .map(named),
    ).toEqual([]);
  });
});
