// The part of CloudWatch Logs Insights' query language that the runbooks use, as a grammar: the emulated AWS takes whatever it is
// given. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html

const TOKEN =
  /\s*(?:('(?:[^'\\]|\\.)*')|(\/(?:[^/\\]|\\.)+\/)|(\d+(?:ms|[smhd])?\b)|(@?[A-Za-z_]\w*(?:\.\w+)*)|(>=|<=|!=|[=<>(),*|]))/y;

const FUNCTIONS = ["avg", "bin", "coalesce", "count", "ispresent", "max", "min", "pct", "sum"] as const;
const OPERATORS = ["=", "!=", "<", "<=", ">", ">="] as const;

/** @returns The log fields that a query reads, without the names that it gives. @throws Error that quotes what is wrong. */
export function fieldsOf(query: string): ReadonlySet<string> {
  return new Parser(tokensOf(query), query).whole();
}

function tokensOf(query: string): readonly string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (query.slice(TOKEN.lastIndex).trim() !== "") {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(query);
    if (!match) throw new Error(`Logs Insights knows no ${query.slice(at, at + 20).trim()}`);
    tokens.push(match[0].trim());
  }
  return tokens;
}

/** Recursive descent, one token ahead. */
class Parser {
  private position = 0;
  private readonly read = new Set<string>();
  private readonly given = new Set<string>();

  constructor(
    private readonly tokens: readonly string[],
    private readonly query: string,
  ) {}

  whole(): ReadonlySet<string> {
    do this.command();
    while (this.took("|"));
    if (this.next !== "") this.refuse();
    return new Set([...this.read].filter((name) => !this.given.has(name)));
  }

  private command(): void {
    const name = this.take();
    if (name === "fields") this.list(() => this.named());
    else if (name === "filter") this.condition();
    else if (name === "stats") this.aggregation();
    else if (name === "sort") this.list(() => this.order());
    else if (name !== "limit" || !/^\d+$/.test(this.take())) this.refuse();
  }

  private aggregation(): void {
    this.list(() => this.named());
    if (this.took("by")) this.list(() => this.operand());
  }

  private order(): void {
    this.operand();
    if (!this.took("asc")) this.took("desc");
  }

  private named(): void {
    this.operand();
    if (this.took("as")) this.given.add(this.take());
  }

  private condition(): void {
    do this.comparison();
    while (this.took("and") || this.took("or"));
  }

  private comparison(): void {
    this.operand();
    if (this.took("like")) {
      if (!/^['/]/.test(this.take())) this.refuse();
    } else if (OPERATORS.some((operator) => this.took(operator))) this.operand();
  }

  private operand(): void {
    const token = this.take();
    if (this.took("(")) {
      if (!FUNCTIONS.some((name) => name === token)) this.refuse();
      if (!this.took("*")) this.list(() => this.operand());
      if (!this.took(")")) this.refuse();
    } else if (/^[@A-Za-z_]/.test(token)) this.read.add(token);
    else if (!/^['\d]/.test(token)) this.refuse();
  }

  private list(item: () => void): void {
    do item();
    while (this.took(","));
  }

  private get next(): string {
    return this.tokens[this.position] ?? "";
  }

  private take(): string {
    const token = this.next;
    this.position += 1;
    return token;
  }

  private took(token: string): boolean {
    if (this.next !== token) return false;
    this.position += 1;
    return true;
  }

  private refuse(): never {
    throw new Error(
      `Logs Insights does not take this at \`${this.tokens[this.position - 1] ?? "its end"}\`: ${this.query}`,
    );
  }
}
