// `npx tsx test/bench/explain/fidelity.ts`: how near the weights of POST /explain come to exact Shapley values, and others for comparison.
import { readFileSync } from "node:fs";
import path from "node:path";
import { ensurePython } from "../../../deploy/python-env";
import { ROOT } from "../../../deploy/root";
import { textsToScore, weigh } from "../../../src/explain/attribution";
import { partsOf, withOnly } from "../../../src/explain/words";
import { FORMATS } from "../../../src/model-client/format";
import type { Scores } from "../../../src/model-client/schema";
import { startModel } from "../model-server";
import { exact, type Game, leaveOneOut, overOrders, type Values } from "./shapley";

const [TEXTS, FEWEST, MOST] = [50, 4, 9]; // 2^9 subsets of the longest

/** An estimate of one text's values, and how many texts were scored for it. */
interface Estimate {
  readonly name: string;
  readonly values: Values;
  readonly scored: number;
}

async function main(): Promise<void> {
  await ensurePython("local", (step) => process.stderr.write(`${step}\n`));
  const model = await startModel(ROOT);
  try {
    const measured: Measured[] = [];
    for (const text of shortTexts()) measured.push(await measure(model.url, text));
    console.log(table(measured));
  } finally {
    await model.stop();
  }
}

function shortTexts(): string[] {
  const rows = readFileSync(path.join(ROOT, "test", "samples", "dynasent.jsonl"), "utf8")
    .trim()
    .split("\n");
  const texts = rows.map((row) => String(Reflect.get(Object(JSON.parse(row)), "text")));
  const fits = (text: string) => partsOf(text).length >= FEWEST && partsOf(text).length <= MOST;
  return texts.filter(fits).slice(0, TEXTS);
}

interface Measured {
  readonly exact: Values;
  readonly estimates: readonly Estimate[];
}

async function measure(url: string, text: string): Promise<Measured> {
  const parts = partsOf(text);
  const words = parts.length;
  const subsets = Array.from({ length: 2 ** words }, (_, subset) =>
    withOnly(text, parts, new Set([...parts.keys()].filter((word) => Math.floor(subset / 2 ** word) % 2 === 1))),
  );
  const game = await score(url, subsets);
  const scores = new Map(subsets.map((subset, index) => [subset, game[index] ?? NOTHING]));
  const weighed = weigh(text, parts, (subset) => scores.get(subset) ?? NOTHING);
  const reading = [...parts.keys()];
  return {
    exact: exact(words, game),
    estimates: [
      { name: "leave one out", values: leaveOneOut(words, game), scored: words + 1 },
      { name: "reading order", values: overOrders([reading], game), scored: words + 1 },
      {
        name: "reading order, also backwards",
        values: overOrders([reading, reading.toReversed()], game),
        scored: 2 * words,
      },
      {
        name: "**POST /explain**",
        values: weighed.flatMap(({ weights }) => Object.values(weights)),
        scored: textsToScore(text, parts).length,
      },
    ],
  };
}

const NOTHING: Scores = { positive: Number.NaN, neutral: Number.NaN, negative: Number.NaN };

async function score(url: string, texts: readonly string[]): Promise<Game> {
  const { contentType, accept, body, read } = FORMATS.serin.many(texts);
  const response = await fetch(`${url}/invocations`, {
    method: "POST",
    headers: { "content-type": contentType, accept },
    body,
  });
  const predictions = read(await response.text());
  if (!predictions) throw new Error(`the model server answered ${response.status}`);
  return predictions.map(({ scores }) => scores);
}

function table(measured: readonly Measured[]): string {
  const truth = measured.flatMap((text) => text.exact);
  const rows = (measured[0]?.estimates ?? []).map(({ name }, index) => {
    const estimates = measured.flatMap((text) => text.estimates[index] ?? []);
    const values = estimates.flatMap((estimate) => estimate.values);
    const error = mean(values.map((value, at) => Math.abs(value - (truth[at] ?? Number.NaN))));
    const scored = mean(estimates.map((estimate) => estimate.scored));
    return `| ${name} | ${correlation(values, truth).toFixed(3)} | ${error.toFixed(3)} | ${scored.toFixed(1)} |`;
  });
  return [
    `${measured.length} texts of ${FEWEST} to ${MOST} words; mean absolute exact value: ${mean(truth.map(Math.abs)).toFixed(3)}.`,
    "",
    "| estimate | correlation | mean absolute error | texts scored |",
    "| --- | --: | --: | --: |",
    ...rows,
  ].join("\n");
}

const mean = (values: readonly number[]) => values.reduce((total, value) => total + value, 0) / values.length;

/** Pearson's. */
function correlation(x: readonly number[], y: readonly number[]): number {
  const [meanX, meanY] = [mean(x), mean(y)];
  const products = mean(x.map((value, index) => (value - meanX) * ((y[index] ?? Number.NaN) - meanY)));
  const spread = (values: readonly number[], middle: number) => Math.sqrt(mean(values.map((v) => (v - middle) ** 2)));
  return products / (spread(x, meanX) * spread(y, meanY));
}

void main();
