// Evaluates the rule of a composite alarm: a Boolean expression on the states of other alarms.
import type { AlarmState } from "./alarm";

/** Raised for a rule that is wrong. */
export class AlarmRuleError extends Error {
  override readonly name = "AlarmRuleError";
}

const TOKEN = /\s*(\(|\)|"[^"]+"|[^\s()"]+)/y;

const STATES: readonly string[] = ["ALARM", "OK", "INSUFFICIENT_DATA"] satisfies AlarmState[];

/**
 * The state of a composite alarm: ALARM while its rule holds, else OK.
 * See "AlarmRule" of PutCompositeAlarm in the Amazon CloudWatch API Reference; NOT binds closer than AND, AND closer than OR.
 * @param stateOf - The state of the alarm of a name.
 * @throws AlarmRuleError that names what is wrong.
 */
export function evaluateComposite(rule: string, stateOf: (alarmName: string) => AlarmState): AlarmState {
  return new Rule(tokensOf(rule), rule, stateOf).holds() ? "ALARM" : "OK";
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

function tokensOf(rule: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (rule.slice(TOKEN.lastIndex).trim() !== "") {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(rule);
    if (!match) throw new AlarmRuleError(`alarm rule: \`${rule.slice(at).trim()}\` is not known in \`${rule}\``);
    tokens.push(match[0].trim());
  }
  return tokens;
}

/** Recursive descent, one token ahead; both sides of an operator are always read. */
class Rule {
  private position = 0;

  constructor(
    private readonly tokens: readonly string[],
    private readonly rule: string,
    private readonly stateOf: (alarmName: string) => AlarmState,
  ) {}

  holds(): boolean {
    const value = this.anyOf();
    return this.next === "" ? value : this.refuse();
  }

  private anyOf(): boolean {
    const values = [this.allOf()];
    while (this.skip("OR")) values.push(this.allOf());
    return values.includes(true);
  }

  private allOf(): boolean {
    const values = [this.operand()];
    while (this.skip("AND")) values.push(this.operand());
    return !values.includes(false);
  }

  private operand(): boolean {
    if (this.skip("NOT")) return !this.operand();
    if (this.skip("TRUE")) return true;
    if (this.skip("FALSE")) return false;
    if (STATES.includes(this.next)) return this.inState(this.take());
    this.expect("(");
    const value = this.anyOf();
    this.expect(")");
    return value;
  }

  private inState(state: string): boolean {
    this.expect("(");
    if (this.next === ")") return this.refuse();
    const name = this.take().replaceAll('"', "");
    this.expect(")");
    return this.stateOf(name) === state;
  }

  private get next(): string {
    return this.tokens[this.position] ?? "";
  }

  private take(): string {
    const token = this.next;
    this.position += 1;
    return token;
  }

  private skip(token: string): boolean {
    if (this.next !== token) return false;
    this.position += 1;
    return true;
  }

  private expect(token: string): void {
    if (!this.skip(token)) this.refuse();
  }

  private refuse(): never {
    const found = this.next === "" ? "its end" : `\`${this.next}\``;
    throw new AlarmRuleError(`alarm rule: ${found} is not known here in \`${this.rule}\``);
  }
}
