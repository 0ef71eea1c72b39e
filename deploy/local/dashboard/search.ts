// The part of CloudWatch's search expressions that the dashboard uses: a namespace with its dimensions, and exact terms.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
import type { MetricDatum } from "../alarms/alarm";

/** A metric: what its data have in common. */
export type Metric = Pick<MetricDatum, "namespace" | "name" | "dimensions">;

/** What a search finds, and which statistic of it is asked for. */
export interface Search {
  readonly stat: string;
  readonly namespace: string;
  readonly matches: (metric: Metric) => boolean;
}

const SEARCH = /^SEARCH\('\{(?<schema>[^}]+)\}(?<terms>[^']*)', '(?<stat>[^']+)'\)$/;
const TERM = /\s*(?<name>\w+)="(?<value>[^"]*)"/y;

/** @returns undefined for what is no search. @throws Error for a search that is not known here. */
export function readSearch(expression: string): Search | undefined {
  if (!expression.includes("SEARCH(")) return undefined;
  const { schema, terms, stat } = SEARCH.exec(expression)?.groups ?? {};
  if (schema === undefined || terms === undefined || stat === undefined) throw unknown(expression);
  const [namespace = "", ...dimensions] = schema.split(",").map((part) => part.trim());
  const wanted = termsOf(terms, expression);
  const names = [...dimensions].sort().join();
  return {
    stat,
    namespace,
    matches: (metric) =>
      metric.namespace === namespace &&
      Object.keys(metric.dimensions).sort().join() === names &&
      wanted.every(([name, value]) => (name === "MetricName" ? metric.name : metric.dimensions[name]) === value),
  };
}

function termsOf(terms: string, expression: string): [string, string][] {
  const found: [string, string][] = [];
  TERM.lastIndex = 0;
  while (terms.slice(TERM.lastIndex).trim() !== "") {
    const { name, value } = TERM.exec(terms)?.groups ?? {};
    if (name === undefined || value === undefined) throw unknown(expression);
    found.push([name, value]);
  }
  return found;
}

function unknown(expression: string): Error {
  return new Error(`the search \`${expression}\` is not known here`);
}
