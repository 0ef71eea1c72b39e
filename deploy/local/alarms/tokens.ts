// The tokens of an expression, read one after the other by a parser that looks one ahead.

interface Syntax {
  /** Matches one token and the white space before it; sticky. */
  readonly token: RegExp;
  /** What is thrown, given what is wrong. */
  readonly error: (what: string) => Error;
}

export class Tokens {
  private readonly tokens: readonly string[];
  private position = 0;

  /** @throws the syntax' error where the text holds what is no token. */
  constructor(
    private readonly text: string,
    private readonly syntax: Syntax,
  ) {
    this.tokens = this.split();
  }

  /** The token that is read next; empty at the end. */
  get next(): string {
    return this.tokens[this.position] ?? "";
  }

  take(): string {
    const token = this.next;
    this.position += 1;
    return token;
  }

  /** Takes the next token if it is this one, and says whether it was. */
  skip(token: string): boolean {
    if (this.next !== token) return false;
    this.position += 1;
    return true;
  }

  expect(token: string): void {
    if (!this.skip(token)) this.refuse();
  }

  /** Of the next token. */
  refuse(): never {
    const found = this.next === "" ? "its end" : `\`${this.next}\``;
    throw this.syntax.error(`${found} is not known here in \`${this.text}\``);
  }

  private split(): string[] {
    const { token: pattern, error } = this.syntax;
    const tokens: string[] = [];
    pattern.lastIndex = 0;
    while (this.text.slice(pattern.lastIndex).trim() !== "") {
      const at = pattern.lastIndex;
      const match = pattern.exec(this.text);
      if (!match) throw error(`\`${this.text.slice(at).trim()}\` is not known in \`${this.text}\``);
      tokens.push(match[0].trim());
    }
    return tokens;
  }
}
