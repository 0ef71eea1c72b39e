// Exact Shapley values of a text's words, and cheaper estimates of them, from the scores of every subset of the words.
import type { Scores } from "../../../src/model-client/schema";

/** Scores by subset: bit i of the index says whether word i is there. */
export type Game = readonly Scores[];

const CLASSES = ["positive", "neutral", "negative"] as const;

/** One number for each word and class. */
export type Values = readonly number[];

/** By the definition: each word's mean contribution over all orders, so over all subsets by their share of the orders. */
export function exact(words: number, game: Game): Values {
  const subsets = Array.from({ length: 2 ** words }, (_, subset) => subset);
  return each(words, (word, sentiment) =>
    sum(
      subsets
        .filter((subset) => !has(subset, word))
        .map((subset) => shareOfOrders(words, size(subset)) * added(game, subset, word, sentiment)),
    ),
  );
}

/** The mean contribution over the given orders alone. */
export function overOrders(orders: readonly (readonly number[])[], game: Game): Values {
  return each(orders[0]?.length ?? 0, (word, sentiment) => {
    const before = orders.map((order) => order.slice(0, order.indexOf(word)));
    return sum(before.map((those) => added(game, subsetOf(those), word, sentiment))) / orders.length;
  });
}

/** What is missing when a word alone is left out. */
export function leaveOneOut(words: number, game: Game): Values {
  return each(words, (word, sentiment) => added(game, 2 ** words - 1 - 2 ** word, word, sentiment));
}

function each(words: number, value: (word: number, sentiment: keyof Scores) => number): Values {
  return Array.from({ length: words }, (_, word) => CLASSES.map((sentiment) => value(word, sentiment))).flat();
}

function added(game: Game, subset: number, word: number, sentiment: keyof Scores): number {
  return (game[subset + 2 ** word]?.[sentiment] ?? Number.NaN) - (game[subset]?.[sentiment] ?? Number.NaN);
}

/** Share of the orders in which exactly these words, so many, stand before a given one. */
function shareOfOrders(words: number, before: number): number {
  return (factorial(before) * factorial(words - before - 1)) / factorial(words);
}

const factorial = (number: number): number => (number <= 1 ? 1 : number * factorial(number - 1));
const has = (subset: number, word: number) => Math.floor(subset / 2 ** word) % 2 === 1;
const subsetOf = (words: readonly number[]) => sum(words.map((word) => 2 ** word));
const size = (subset: number) => subset.toString(2).replaceAll("0", "").length;
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
