// POST /explain in the bench: its latency for texts of 25 words, and how much of that the model server takes.
import { readFileSync, writeFileSync } from "node:fs";
import { textsToScore } from "../../src/explain/attribution";
import { partsOf } from "../../src/explain/words";
import type { Job, Measured } from "./handler-process";
import { type Percentiles, percentiles } from "./report";

/** What `--json` prints of explanations: times in ms. */
export interface ExplanationReport extends Percentiles {
  readonly words: number;
  /** Texts that the model is asked for, for each explanation. */
  readonly evaluations: number;
  /** Share of the latency that the model server takes. */
  readonly modelShare: number;
  readonly failures: number;
}

const WORDS = 25;
const REQUESTS = 150;

/**
 * @param samples - JSON lines with texts, whose words are put together anew.
 * @param file - Where the texts of 25 words are written.
 */
export function explanationJob(bundle: string, samples: string, file: string): Job {
  const rows = readFileSync(samples, "utf8").trim().split("\n");
  const words = rows.flatMap((row) => String(Reflect.get(Object(JSON.parse(row)), "text")).split(/\s+/));
  const size = WORDS - 1; // the process that sends them adds a number to each
  const texts = Array.from({ length: Math.floor(words.length / size) }, (_, index) =>
    words.slice(index * size, (index + 1) * size).join(" "),
  );
  writeFileSync(file, texts.map((text) => `${JSON.stringify({ text })}\n`).join(""));
  return { bundle, texts: file, warmUp: 50, requests: REQUESTS, inFlight: [1] };
}

/** @param modelMs - What the model server took for the last REQUESTS invocations, one after the other. */
export function explanationReport({ runs }: Measured, modelMs: readonly number[]): ExplanationReport {
  const latencies = runs.flatMap(({ latenciesMs }) => latenciesMs);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const example = Array.from({ length: WORDS }, (_, word) => `w${word}`).join(" ");
  return {
    words: WORDS,
    evaluations: textsToScore(example, partsOf(example)).length,
    ...percentiles(latencies),
    modelShare: Math.round((100 * sum(modelMs.slice(-latencies.length))) / sum(latencies)) / 100,
    failures: sum(runs.map(({ failures }) => failures)),
  };
}
