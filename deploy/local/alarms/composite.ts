// Evaluates the rule of a composite alarm: a Boolean expression on the states of other alarms.
import type { AlarmState } from "./alarm";
import { Tokens } from "./tokens";

/** Raised for a rule that is wrong. */
export class AlarmRuleError extends Error {
  override readonly name = "AlarmRuleError";
}

const SYNTAX = {
  token: /\s*(\(|\)|"[^"]+"|[^\s()"]+)/y,
  error: (what: string) => new AlarmRuleError(`alarm rule: ${what}`),
};

const STATES: readonly string[] = ["ALARM", "OK", "INSUFFICIENT_DATA"] satisfies AlarmState[];

/**
 * The state of a composite alarm: ALARM while its rule holds, else OK.
 * See "AlarmRule" of PutCompositeAlarm in the Amazon CloudWatch API Reference; NOT binds closer than AND, AND closer than OR.
 * @param stateOf - The state of the alarm of a name.
 * @throws AlarmRuleError that names what is wrong.
 */
export function evaluateComposite(rule: string, stateOf: (alarmName: string) => AlarmState): AlarmState {
  return new Rule(new Tokens(rule, SYNTAX), stateOf).holds() ? "ALARM" : "OK";
}

/** Names of the alarms in a rule, in its order. */
export function alarmsOf(rule: string): string[] {
  const names: string[] = [];
  evaluateComposite(rule, (name) => {
    names.push(name);
    return "OK";
  });
  return names;
}

/** Recursive descent, one token ahead; both sides of an operator are always read. */
class Rule {
  constructor(
    private readonly tokens: Tokens,
    private readonly stateOf: (alarmName: string) => AlarmState,
  ) {}

  holds(): boolean {
    const value = this.anyOf();
    return this.tokens.next === "" ? value : this.tokens.refuse();
  }

  private anyOf(): boolean {
    const values = [this.allOf()];
    while (this.tokens.skip("OR")) values.push(this.allOf());
    return values.includes(true);
  }

  private allOf(): boolean {
    const values = [this.operand()];
    while (this.tokens.skip("AND")) values.push(this.operand());
    return !values.includes(false);
  }

  private operand(): boolean {
    if (this.tokens.skip("NOT")) return !this.operand();
    if (this.tokens.skip("TRUE")) return true;
    if (this.tokens.skip("FALSE")) return false;
    if (STATES.includes(this.tokens.next)) return this.inState(this.tokens.take());
    this.tokens.expect("(");
    const value = this.anyOf();
    this.tokens.expect(")");
    return value;
  }

  private inState(state: string): boolean {
    this.tokens.expect("(");
    if (this.tokens.next === ")") return this.tokens.refuse();
    const name = this.tokens.take().replaceAll('"', "");
    this.tokens.expect(")");
    return this.stateOf(name) === state;
  }
}
