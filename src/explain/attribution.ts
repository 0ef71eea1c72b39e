// Shares a text's scores out among its parts by Shapley values, estimated from four fixed orders of the parts.
import type { Scores } from "../model-client/schema";
import { type Part, withOnly } from "./words";

/** A part of a text, and what it adds to each score. */
export interface WeighedPart extends Part {
  readonly weights: Scores;
}

/**
 * The texts that must be scored, each once: at most 4 (parts - 1) + 2.
 * Among them are the text itself, and the empty one unless the text has no parts.
 */
export function textsToScore(text: string, parts: readonly Part[]): readonly string[] {
  return [...new Set(sweepsOf(text, parts).flatMap(({ texts }) => texts))];
}

/**
 * What each part adds to the scores: the mean over the orders of the change when it joins those before it. In every order
 * the changes add up to scores(text) - scores(""), so their means do, too.
 *
 * The Shapley value is the mean over all orders; J. Castro, D. Gómez, J. Tejada, "Polynomial calculation of the Shapley value
 * based on sampling", Computers & Operations Research 36 (2009) 1726-1730, take some. That each order also comes backwards
 * takes the noise out that is due to place: R. Mitchell et al., "Sampling Permutations for Shapley Value Estimation", Journal
 * of Machine Learning Research 23 (2022). docs/explanations.md has how near it comes.
 * @param scoreOf - Scores of each of {@link textsToScore}.
 */
export function weigh(text: string, parts: readonly Part[], scoreOf: (text: string) => Scores): readonly WeighedPart[] {
  const sweeps = sweepsOf(text, parts);
  const changes = sweeps.map(({ order, texts }) => {
    const scores = texts.map(scoreOf);
    return new Map(order.map((part, place) => [part, difference(scores[place + 1], scores[place])]));
  });
  return parts.map((part, index) => ({
    ...part,
    weights: mean(changes.flatMap((change) => change.get(index) ?? [])),
  }));
}

/** The texts on the way from the empty one to the whole, where the parts join in this order. */
interface Sweep {
  readonly order: readonly number[];
  readonly texts: readonly string[];
}

function sweepsOf(text: string, parts: readonly Part[]): readonly Sweep[] {
  return ordersOf(parts.length).map((order) => ({
    order,
    texts: [...order.keys(), order.length].map((size) => withOnly(text, parts, new Set(order.slice(0, size)))),
  }));
}

/** Reading order and a scattered one, each also backwards. */
function ordersOf(count: number): readonly (readonly number[])[] {
  const reading = Array.from({ length: count }, (_, part) => part);
  const scattered = bitReversed(count);
  return [reading, reading.toReversed(), scattered, scattered.toReversed()];
}

/** 0 to count - 1 in the order of their bits reversed (van der Corput), in which neighbours of a text are far apart. */
function bitReversed(count: number): readonly number[] {
  let order = [0];
  while (order.length < count) order = [...order.map((value) => 2 * value), ...order.map((value) => 2 * value + 1)];
  return order.filter((value) => value < count);
}

function difference(to: Scores | undefined, from: Scores | undefined): Scores {
  const of = (sentiment: keyof Scores) => (to?.[sentiment] ?? 0) - (from?.[sentiment] ?? 0);
  return { positive: of("positive"), neutral: of("neutral"), negative: of("negative") };
}

function mean(all: readonly Scores[]): Scores {
  const of = (sentiment: keyof Scores) => all.reduce((sum, scores) => sum + scores[sentiment], 0) / all.length;
  return { positive: of("positive"), neutral: of("neutral"), negative: of("negative") };
}
