// A value of a CloudFormation template as a person reads it: intrinsic functions as `${…}`, what differs between accounts in capitals.

const PLACES: Readonly<Record<string, string>> = {
  "AWS::Partition": "aws",
  "AWS::Region": "REGION",
  "AWS::AccountId": "ACCOUNT",
  "AWS::URLSuffix": "amazonaws.com",
};

/** The ids of model versions, which change with every model. */
const MODEL_VERSION = /\b(autopilot)?[0-9a-f]{12}\b/g;

/** @throws Error for an intrinsic function that no policy has used yet. */
export function textOf(value: unknown): string {
  return raw(value)
    .replace(/\$\{([^}]+)\}/g, (reference, name: string) => PLACES[name] ?? reference)
    .replace(MODEL_VERSION, "MODEL");
}

function raw(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const [[name, operand] = ["", undefined], ...others] = Object.entries(value);
  if (others.length > 0) throw new Error(`a text is expected, not ${JSON.stringify(value)}`);
  return intrinsic(name, operand);
}

function intrinsic(name: string, operand: unknown): string {
  if (name === "Ref") return `\${${String(operand)}}`;
  const operands = [operand].flat();
  if (name === "Fn::GetAtt") return `\${${operands.join(".")}}`;
  if (name === "Fn::Sub") return String(operands[0]);
  if (name === "Fn::Join") return [operands[1]].flat().map(raw).join(String(operands[0]));
  if (name === "Fn::If") return `${raw(operands[1])} if ${String(operands[0])}, else ${raw(operands[2])}`;
  throw new Error(`deploy/permissions/text.ts cannot write ${name} yet`);
}
