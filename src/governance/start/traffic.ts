// What users sent in the last seven days, and what they were answered: histograms from predict's log, for the drift report.
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import bins from "../../drift/bins.json";
import { VOCABULARY } from "../../drift/words";
import { ask, MOST_ROWS, type Row, type Scope } from "./insights";
import type { Traffic } from "./traffic-schema";

const WEEK_MS = 7 * 24 * 3_600_000;
const TIMEOUT_MS = 90_000;
const LABELS = ["positive", "neutral", "negative"];

type Model = Traffic["models"][number];
type Feature = keyof Model["histograms"];

/** Each feature's field of the log line. */
const FIELDS: Readonly<Record<Feature, string>> = {
  textBytes: "text_bytes",
  sentiment: "sentiment",
  confidence: "confidence",
  unknownWords: "unknown_words",
};
const FEATURES: readonly Feature[] = ["textBytes", "sentiment", "confidence", "unknownWords"];

interface TrafficOptions {
  readonly logs: CloudWatchLogsClient;
  /** The log group of the function that answers. */
  readonly logGroup: string;
  /** The end of the week. */
  readonly now: Date;
  /** Milliseconds for all queries together. */
  readonly timeoutMs?: number;
  readonly pollMs?: number;
}

/**
 * Counts the answered requests of users (answers from the cache too, those of the release hook not), by model version.
 * Never throws: a report without drift is better than none. What could not be counted is left out, and `notes` say so.
 */
export async function trafficOfWeek({ logs, logGroup, now, timeoutMs, pollMs }: TrafficOptions): Promise<Traffic> {
  const to = Math.floor(now.getTime() / 1_000) * 1_000;
  const from = to - WEEK_MS;
  const scope: Scope = {
    logs,
    logGroup,
    startTime: from / 1_000,
    endTime: to / 1_000 - 1, // Insights includes its end
    signal: AbortSignal.timeout(timeoutMs ?? TIMEOUT_MS),
    ...(pollMs !== undefined && { pollMs }),
  };
  const answers = await Promise.all(FEATURES.map((feature) => counted(feature, scope)));
  return {
    version: "1",
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    vocabulary: VOCABULARY,
    models: modelsOf(answers.flatMap(({ counts }) => counts ?? [])),
    notes: answers.flatMap(({ note }) => note ?? []),
  };
}

/** The query of one feature; a test reads it as the runbooks' queries are read. */
export function queryOf(feature: Feature): string {
  const field = FIELDS[feature];
  return [
    `filter service = 'predict' and status = 200 and vocabulary = '${VOCABULARY}' and ispresent(${field})`,
    `stats count(*) as requests by model_version, ${field}`,
  ].join("\n| ");
}

/** How many requests a model answered whose feature had one value. */
interface Count {
  readonly feature: Feature;
  readonly model: string;
  readonly bin: number;
  readonly requests: number;
}

interface Answer {
  readonly counts?: readonly Count[];
  readonly note?: string;
}

async function counted(feature: Feature, scope: Scope): Promise<Answer> {
  try {
    const rows = await ask(queryOf(feature), scope);
    // Cut off, an answer lacks just the rare values, which would look like drift.
    if (rows.length >= MOST_ROWS) throw new Error(`Logs Insights gave ${MOST_ROWS} rows, so that some are missing`);
    return { counts: rows.map((row) => toCount(feature, row)) };
  } catch (error) {
    return {
      note: `${FIELDS[feature]} could not be counted: ${scope.signal.aborted ? "it took too long" : reason(error)}`,
    };
  }
}

const reason = (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : "unknown error");

function toCount(feature: Feature, row: Row): Count {
  const { model_version: model = "", requests = "", [FIELDS[feature]]: value = "" } = row;
  const bin = feature === "sentiment" ? LABELS.indexOf(value) : binOf(value, bins[feature]);
  if (model !== "" && /^\d+$/.test(requests) && bin >= 0) return { feature, model, bin, requests: Number(requests) };
  throw new Error(`Logs Insights gave a row that is none of ${FIELDS[feature]}`);
}

/** @returns The last bin that begins at or below the value; -1 for one below all, or that is no number. */
function binOf(value: string, lowerEnds: readonly number[]): number {
  const number = value.trim() === "" ? Number.NaN : Number(value);
  return lowerEnds.findLastIndex((lowerEnd) => number >= lowerEnd);
}

function modelsOf(counts: readonly Count[]): Model[] {
  const names = [...new Set(counts.map(({ model }) => model))].sort();
  return names.map((model) => {
    const own = counts.filter((count) => count.model === model);
    const histograms = histogramsOf(own);
    const requests = Math.max(...Object.values(histograms).map((histogram) => sum(histogram.counts)));
    return { model, requests, histograms };
  });
}

function histogramsOf(counts: readonly Count[]): Model["histograms"] {
  const found = FEATURES.filter((feature) => counts.some((count) => count.feature === feature));
  return Object.fromEntries(found.map((feature) => [feature, histogramOf(feature, counts)]));
}

function histogramOf(feature: Feature, counts: readonly Count[]) {
  const own = counts.filter((count) => count.feature === feature);
  const inBin = (_: unknown, bin: number) =>
    sum(own.filter((count) => count.bin === bin).map(({ requests }) => requests));
  const edges = feature === "sentiment" ? LABELS : bins[feature];
  return { bins: edges, counts: Array.from(edges, inBin) };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
