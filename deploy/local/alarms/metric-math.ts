// The part of CloudWatch's metric math that the template's alarms use: numbers, metrics, + - * /, comparisons, AND, OR, IF, FILL.
import { Tokens } from "./tokens";

/** The value of an expression for one period; null where data is missing. */
export type Evaluate = (metric: (id: string) => number | null) => number | null;

/** Raised for an expression that is wrong, or right but outside the part that is known here. */
export class MetricMathError extends Error {
  override readonly name = "MetricMathError";
}

const SYNTAX = {
  token: /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|(&&|\|\||[<>=!]=|[-+*/<>(),]))/y,
  error: (what: string) => new MetricMathError(`metric math: ${what}`),
};

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
  const parser = new Parser(new Tokens(expression, SYNTAX));
  return parser.whole();
}

/** Recursive descent, one token ahead. */
class Parser {
  constructor(private readonly tokens: Tokens) {}

  whole(): Evaluate {
    const value = this.binary(0);
    return this.tokens.next === "" ? value : this.tokens.refuse();
  }

  private binary(level: number): Evaluate {
    const operators = LEVELS[level];
    if (!operators) return this.operand();
    let left = this.binary(level + 1);
    for (let apply = operators[this.tokens.next]; apply; apply = operators[this.tokens.next]) {
      this.tokens.take();
      left = both(left, this.binary(level + 1), apply);
    }
    return left;
  }

  private operand(): Evaluate {
    const token = this.tokens.next;
    if (token === "(") return this.parenthesized();
    if (/^\d/.test(token)) return this.constant();
    if (/^[a-z]\w*$/.test(token)) return this.metric();
    if (token === "IF") return this.choice();
    if (token === "FILL") return this.filled();
    return this.tokens.refuse();
  }

  private constant(): Evaluate {
    if (!/^\d/.test(this.tokens.next)) return this.tokens.refuse();
    const value = Number(this.tokens.take());
    return () => value;
  }

  /** Ids of metrics begin with a small letter; functions are written in capitals. */
  private metric(): Evaluate {
    const id = this.tokens.take();
    if (this.tokens.next === "(") return this.tokens.refuse();
    return (metric) => metric(id);
  }

  private parenthesized(): Evaluate {
    this.tokens.expect("(");
    const value = this.binary(0);
    this.tokens.expect(")");
    return value;
  }

  private choice(): Evaluate {
    this.tokens.expect("IF");
    this.tokens.expect("(");
    const condition = this.binary(0);
    this.tokens.expect(",");
    const then = this.binary(0);
    this.tokens.expect(",");
    const otherwise = this.binary(0);
    this.tokens.expect(")");
    return (metric) => {
      const holds = condition(metric);
      if (holds === null) return null;
      return holds !== 0 ? then(metric) : otherwise(metric);
    };
  }

  /** Another value for missing data. */
  private filled(): Evaluate {
    this.tokens.expect("FILL");
    this.tokens.expect("(");
    const value = this.binary(0);
    this.tokens.expect(",");
    const filler = this.constant();
    this.tokens.expect(")");
    return (metric) => value(metric) ?? filler(metric);
  }
}

function both(left: Evaluate, right: Evaluate, apply: (a: number, b: number) => number | null): Evaluate {
  return (metric) => {
    const [a, b] = [left(metric), right(metric)];
    return a === null || b === null ? null : apply(a, b);
  };
}
