// What any attribution must hold (Shapley 1953), how near this one comes to exact values, and the vectors shared with Python.
import fc from "fast-check";
import { textsToScore, weigh } from "../../src/explain/attribution";
import { MAX_PARTS, partsOf } from "../../src/explain/words";
import type { Scores } from "../../src/model-client/schema";
import vectors from "./attribution-vectors.json";

type Model = (text: string) => Scores;

/** A model that only looks at which words a text has. */
const countingModel =
  (value: (words: readonly string[]) => number): Model =>
  (text) => {
    const positive = value(text.split(/\s+/).filter(Boolean));
    return { positive, neutral: 1 - positive, negative: 0 };
  };

const positives = (text: string, model: Model) =>
  weigh(text, partsOf(text), model).map(({ weights }) => weights.positive);
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** By its definition: the mean over all orders of what the word adds to those before it. */
function exactPositives(text: string, model: Model): number[] {
  const words = partsOf(text).map((part) => part.text);
  const orders = permutations(words.map((_, index) => index));
  const scoreOf = (kept: readonly number[]) =>
    model(words.filter((_, index) => kept.includes(index)).join(" ")).positive;
  return words.map((_, word) => {
    const added = orders.map((order) => {
      const before = order.slice(0, order.indexOf(word));
      return scoreOf([...before, word]) - scoreOf(before);
    });
    return sum(added) / orders.length;
  });
}

function expectClose(values: readonly number[], expected: readonly number[], digits: number): void {
  expect(values).toEqual(expected.map((value) => expect.closeTo(value, digits)));
}

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]));
}

const anyModel = fc.func(fc.double({ min: 0, max: 1, noNaN: true })).map((score): Model => {
  return (text) => ({ positive: score(text, "p"), neutral: score(text, "n"), negative: score(text, "m") });
});
const anyText = fc.array(fc.constantFrom("good", "bad", "not", "😀", "a-b", "ß", "\u00a0", "\n"), { maxLength: 60 });
const words = (count: number) => Array.from({ length: count }, (_, word) => `w${word}`);

describe("the weights of the parts", () => {
  it("add up to the difference between the text and the empty one, whatever the model", () => {
    fc.assert(
      fc.property(anyText, anyModel, (some, model) => {
        const text = some.join(" ");
        const parts = partsOf(text);
        const all = weigh(text, parts, model).map(({ weights }) => weights);
        const empty = parts.length === 0 ? text : "";
        for (const sentiment of ["positive", "neutral", "negative"] as const)
          expect(sum(all.map((weights) => weights[sentiment]))).toBeCloseTo(
            model(text)[sentiment] - model(empty)[sentiment],
            12,
          );
      }),
    );
  });

  it("are 0 for words that change nothing", () => {
    const model = countingModel((present) => (present.includes("w3") ? 0.7 : 0.2) + (present.includes("w5") ? 0.1 : 0));
    const weights = positives(words(20).join(" "), model);
    expect(weights[3]).toBeCloseTo(0.5);
    expect(weights[5]).toBeCloseTo(0.1);
    expect(weights.filter((weight, word) => ![3, 5].includes(word) && Math.abs(weight) > 1e-12)).toEqual([]);
  });

  it("are equal for two words that do the same together, wherever they stand", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 32 }), fc.nat(), fc.nat(), (count, a, b) => {
        const [one, other] = [a % count, b % count];
        fc.pre(one !== other);
        const model = countingModel((present) =>
          present.includes(`w${one}`) && present.includes(`w${other}`) ? 1 : 0,
        );
        const weights = positives(words(count).join(" "), model);
        expect(weights[one]).toBeCloseTo(0.5);
        expect(weights[other]).toBeCloseTo(0.5);
      }),
    );
  });

  it("are the exact Shapley values while words act alone or in pairs", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 42, maxLength: 42 }),
        (count, effects) => {
          const model = countingModel((present) => {
            const at = present.map((word) => Number(word.slice(1)));
            const pairs = at.flatMap((one) =>
              at.filter((other) => other > one).map((other) => effects[6 + one * 6 + other] ?? 0),
            );
            return sum(at.map((one) => effects[one] ?? 0)) + sum(pairs);
          });
          const text = words(count).join(" ");
          const exact = exactPositives(text, model);
          expectClose(positives(text, model), exact, 9);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("are the exact Shapley values of two words, whatever the model", () => {
    fc.assert(
      fc.property(anyModel, (model) => {
        const exact = exactPositives("not good", (text) => model(text === "" ? "" : text));
        expectClose(positives("not good", model), exact, 12);
      }),
    );
  });
});

describe("the texts to score", () => {
  it("are few, each there once, with the text itself and the empty one among them", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (count) => {
        const text = words(count).join("  ");
        const texts = textsToScore(text, partsOf(text));
        expect(texts).toEqual(expect.arrayContaining(["", text]));
        expect(new Set(texts).size).toBe(texts.length);
        expect(texts.length).toBeLessThanOrEqual(4 * (Math.min(count, MAX_PARTS) - 1) + 2);
      }),
    );
  });

  it("are asked only once where words repeat", () => {
    expect(textsToScore("very very very", partsOf("very very very"))).toEqual([
      "",
      "very",
      "very very",
      "very very very",
    ]);
  });
});

it.each(vectors.map((vector) => [vector.text.slice(0, 20), vector] as const))(
  "agrees with Python on %j",
  (_, vector) => {
    const parts = partsOf(vector.text);
    expect(parts.map(({ start, end }) => [start, end])).toEqual(vector.parts);
    expect(textsToScore(vector.text, parts)).toEqual(vector.texts);
    const scores = new Map(vector.texts.map((text, index) => [text, vector.scores[index] ?? []]));
    const model: Model = (text) => {
      const [positive = Number.NaN, neutral = Number.NaN, negative = Number.NaN] = scores.get(text) ?? [];
      return { positive, neutral, negative };
    };
    const weights = weigh(vector.text, parts, model).map((part) => Object.values(part.weights));
    expect(weights).toEqual(vector.weights.map((own) => own.map((weight) => expect.closeTo(weight, 9))));
  },
);
