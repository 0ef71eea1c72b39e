// Every right that a compiled template gives or denies: who may do what to which resource, when, and for which reason.
import type { Resource, Template } from "../packaged-service";
import { textOf } from "./text";

/** One pair of an action and a resource. */
export interface Grant {
  /** Logical id of what carries it: a role or policy, or the resource whose own policy it is in. */
  readonly holder: string;
  /** Who may; undefined in the policy of a role. */
  readonly principal: string | undefined;
  readonly effect: "Allow" | "Deny";
  /** `Permission` for an AWS::Lambda::Permission and `ManagedPolicies` for AWS's own policies, which have no Sid. */
  readonly sid: string | undefined;
  readonly action: string;
  readonly resource: string;
  /** Empty without one. */
  readonly condition: string;
  /** What the holder's `Metadata.Reasons` has under the Sid. */
  readonly reason: string | undefined;
}

type Members = Readonly<Record<string, unknown>>;

/** Who may take a role is no right of it. */
const TRUST = "AssumeRolePolicyDocument";

/** The rights in every policy of the template, whatever type of resource it belongs to. */
export function grantsOf({ Resources }: Template): Grant[] {
  return Object.entries(Resources).flatMap(([holder, resource]) =>
    statementsOf(resource).flatMap((statement) => pairs(holder, resource, statement)),
  );
}

/** Who may take each role, with the condition: logical id -> text. */
export function trustOf({ Resources }: Template): ReadonlyMap<string, string> {
  const roles = Object.entries(Resources).filter(([, { Type }]) => Type === "AWS::IAM::Role");
  return new Map(roles.map(([name, { Properties }]) => [name, statementsIn(Properties[TRUST]).map(trust).join("; ")]));
}

function trust({ Principal, Condition }: Members): string {
  const condition = conditionOf(Condition);
  return `${principalOf(Principal)}${condition && ` when ${condition}`}`;
}

function statementsOf({ Type, Properties }: Resource): Members[] {
  if (Type === "AWS::Lambda::Permission") return [permission(Properties)];
  const rights = Object.entries(Properties).filter(([name]) => name !== TRUST);
  const managed = [Properties["ManagedPolicyArns"] ?? []].flat().filter((arn) => members(arn)["Ref"] === undefined);
  return [...rights.flatMap(([, value]) => statementsIn(value)), ...managed.map(everythingIn)];
}

/** A policy that is not of this template, so that what it allows is not known here, and may change. */
function everythingIn(arn: unknown): Members {
  return { Effect: "Allow", Sid: "ManagedPolicies", Action: "everything in", Resource: arn };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html */
function permission({ Action, FunctionName, Principal, SourceArn, SourceAccount }: Members): Members {
  const arn = SourceArn === undefined ? {} : { ArnLike: { "aws:SourceArn": SourceArn } };
  const account = SourceAccount === undefined ? {} : { StringEquals: { "aws:SourceAccount": SourceAccount } };
  const common = { Effect: "Allow", Sid: "Permission", Principal: { Service: Principal } };
  return { ...common, Action, Resource: FunctionName, Condition: { ...arn, ...account } };
}

/** The statements of every policy document in a value, however deep. */
function statementsIn(value: unknown): Members[] {
  const document = members(value);
  if (document["Statement"] !== undefined) return [document["Statement"]].flat().map(members);
  return Object.values(document).flatMap(statementsIn);
}

function pairs(holder: string, { Type, Metadata }: Resource, statement: Members): Grant[] {
  const { Effect, Sid, Action, Resource: on, Principal, Condition, ...others } = statement;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new Error(`${holder}: say what is allowed, not what is not (${unknown})`);
  const sid = typeof Sid === "string" ? Sid : undefined;
  const common = {
    holder,
    principal: Principal === undefined ? undefined : principalOf(Principal),
    effect: Effect === "Deny" ? "Deny" : "Allow",
    sid,
    condition: conditionOf(Condition),
    reason: Metadata?.Reasons?.[sid ?? ""],
  } as const;
  const resources = [on].flat().map((resource) => (isTheKey(Type, resource) ? `\${${holder}}` : textOf(resource)));
  return [Action]
    .flat()
    .flatMap((action) => resources.map((resource) => ({ ...common, action: String(action), resource })));
}

/** In a key's own policy `*` is the key itself. https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html */
function isTheKey(type: string, resource: unknown): boolean {
  return type === "AWS::KMS::Key" && resource === "*";
}

function principalOf(principal: unknown): string {
  if (principal === "*") return "anyone";
  return Object.values(members(principal)).flat().map(textOf).join(", ");
}

function conditionOf(condition: unknown): string {
  const tests = Object.entries(members(condition)).flatMap(([operator, keys]) =>
    Object.entries(members(keys)).map(
      ([key, values]) => `${operator} ${key} ${[values].flat().map(textOf).join(" or ")}`,
    ),
  );
  return tests.join(" and ");
}

function members(value: unknown): Members {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
