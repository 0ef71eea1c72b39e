// A template as CloudFormation sees it once the stack's parameters are known: conditions decided, Fn::If and parameters resolved.
import type { Resource, Template } from "../../deploy/packaged-service";

type Parameters = Readonly<Record<string, string>>;

const NOTHING = Symbol("AWS::NoValue");

/** @param given - The parameters that do not have their default. */
export function evaluate(template: Template, given: Parameters): Readonly<Record<string, Resource>> {
  const defaults = Object.entries(template.Parameters).map(([name, { Default }]) => [name, Default]);
  const evaluation = new Evaluation(template.Conditions, { ...Object.fromEntries(defaults), ...given });
  const there = Object.entries(template.Resources).filter(
    ([, { Condition }]) => Condition === undefined || evaluation.holds(Condition),
  );
  return JSON.parse(JSON.stringify(evaluation.resolve(Object.fromEntries(there))));
}

class Evaluation {
  constructor(
    private readonly conditions: Readonly<Record<string, unknown>>,
    private readonly parameters: Parameters,
  ) {}

  holds(name: string): boolean {
    if (!(name in this.conditions)) throw new Error(`there is no condition ${name}`);
    return this.resolve(this.conditions[name]) === true;
  }

  resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolve(item)).filter((item) => item !== NOTHING);
    if (typeof value !== "object" || value === null) return value;
    const [only, ...others] = Object.entries(value);
    if (only && others.length === 0) {
      const [name, operand] = only;
      const intrinsic = this.intrinsic(name, operand);
      if (intrinsic !== undefined) return intrinsic;
    }
    const members = Object.entries(value).map(([name, member]): [string, unknown] => [name, this.resolve(member)]);
    return Object.fromEntries(members.filter(([, member]) => member !== NOTHING));
  }

  /** @returns undefined for what is left as it is. */
  private intrinsic(name: string, operand: unknown): unknown {
    if (name === "Ref" && operand === "AWS::NoValue") return NOTHING;
    if (name === "Ref") return this.parameters[String(operand)];
    if (name === "Condition") return this.holds(String(operand));
    if (!Array.isArray(operand)) return undefined;
    const [first, second, third] = operand;
    if (name === "Fn::If") return this.resolve(this.holds(first) ? second : third);
    if (name === "Fn::Equals") return this.resolve(first) === this.resolve(second);
    if (name === "Fn::And") return operand.every((item) => this.resolve(item));
    return name === "Fn::Not" ? !this.resolve(first) : undefined;
  }
}
