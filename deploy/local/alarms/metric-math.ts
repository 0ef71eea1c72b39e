// The part of CloudWatch's metric math that the template's alarms use: numbers, metrics, + - * /, comparisons, AND, OR, IF, FILL.

/** The value of an expression for one period; null where data is missing. */
export type Evaluate = (metric: (id: string) => number | null) => number | null;

/** Raised for an expression that is wrong, or right but outside the part that is known here. */
export class MetricMathError extends Error {
  override readonly name = "MetricMathError";
}

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|(&&|\|\||[<>=!]=|[-+*/<>(),]))/y;

/** Operators by precedence, the loosest first; all group from the left. */
const LEVELS: readonly Readonly<Record<string, (a: number, b: number) => number | null>>[] = [
  { OR: (a, b) => Number(a !== 0 || b !== 0), "||": (a, b) => Number(a !== 0 || b !== 0) },
  { AND: (a, b) => Number(a !== 0 && b !== 0), "&&": (a, b) => Number(a !== 0 && b !== 0) },
  {
    "==": (a, b) => Number(a === b),
    "!=": (a, b) => Number(a !== b),
    "<": (a, b) => Number(a < b),
    "<=": (a, b) => Number(a <= b),
    ">": (a, b) => Number(a > b),
    ">=": (a, b) => Number(a >= b),
  },
  { "+": (a, b) => a + b, "-": (a, b) => a - b },
  { "*": (a, b) => a * b, "/": (a, b) => (b === 0 ? null : a / b) },
];

/**
 * Compiles an expression. Whatever is computed from missing data is missing, as is what is divided by zero.
 * See "Using math expressions with CloudWatch metrics" in the Amazon CloudWatch User Guide.
 * @throws MetricMathError that names what is not known.
 */
export function compile(expression: string): Evaluate {
  const parser = new Parser(tokensOf(expression), expression);
  return parser.whole();
}

function tokensOf(expression: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (expression.slice(TOKEN.lastIndex).trim() !== "") {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(expression);
    if (!match)
      throw new MetricMathError(`metric math: \`${expression.slice(at).trim()}\` is not known in \`${expression}\``);
    tokens.push(match[0].trim());
  }
  return tokens;
}

/** Recursive descent, one token ahead. */
class Parser {
  private position = 0;

  constructor(
    private readonly tokens: readonly string[],
    private readonly expression: string,
  ) {}

  whole(): Evaluate {
    const value = this.binary(0);
    return this.position === this.tokens.length ? value : this.refuse();
  }

  private binary(level: number): Evaluate {
    const operators = LEVELS[level];
    if (!operators) return this.operand();
    let left = this.binary(level + 1);
    for (let apply = operators[this.next]; apply; apply = operators[this.next]) {
      this.position += 1;
      left = both(left, this.binary(level + 1), apply);
    }
    return left;
  }

  private operand(): Evaluate {
    const token = this.next;
    if (token === "(") return this.parenthesized();
    if (/^\d/.test(token)) return this.constant();
    if (/^[a-z]\w*$/.test(token)) return this.metric();
    if (token === "IF") return this.choice();
    if (token === "FILL") return this.filled();
    return this.refuse();
  }

  private constant(): Evaluate {
    if (!/^\d/.test(this.next)) return this.refuse();
    const value = Number(this.take());
    return () => value;
  }

  /** Ids of metrics begin with a small letter; functions are written in capitals. */
  private metric(): Evaluate {
    const id = this.take();
    if (this.next === "(") return this.refuse();
    return (metric) => metric(id);
  }

  private parenthesized(): Evaluate {
    this.expect("(");
    const value = this.binary(0);
    this.expect(")");
    return value;
  }

  private choice(): Evaluate {
    this.expect("IF");
    this.expect("(");
    const condition = this.binary(0);
    this.expect(",");
    const then = this.binary(0);
    this.expect(",");
    const otherwise = this.binary(0);
    this.expect(")");
    return (metric) => {
      const holds = condition(metric);
      if (holds === null) return null;
      return holds !== 0 ? then(metric) : otherwise(metric);
    };
  }

  /** Another value for missing data. */
  private filled(): Evaluate {
    this.expect("FILL");
    this.expect("(");
    const value = this.binary(0);
    this.expect(",");
    const filler = this.constant();
    this.expect(")");
    return (metric) => value(metric) ?? filler(metric);
  }

  private get next(): string {
    return this.tokens[this.position] ?? "";
  }

  private take(): string {
    const token = this.next;
    this.position += 1;
    return token;
  }

  private expect(token: string): void {
    if (this.take() !== token) {
      this.position -= 1;
      this.refuse();
    }
  }

  private refuse(): never {
    const found = this.next === "" ? "its end" : `\`${this.next}\``;
    throw new MetricMathError(`metric math: ${found} is not known here in \`${this.expression}\``);
  }
}

function both(left: Evaluate, right: Evaluate, apply: (a: number, b: number) => number | null): Evaluate {
  return (metric) => {
    const [a, b] = [left(metric), right(metric)];
    return a === null || b === null ? null : apply(a, b);
  };
}
