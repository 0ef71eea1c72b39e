// Labelled texts for Autopilot: the rows of model/dataset.py, checked and written as CSV.
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { csvField } from "../../src/model-client/csv";
import { PREDICTION } from "../../src/model-client/schema";
import { UserError } from "../local/user-error";

const LABELS: readonly string[] = PREDICTION.properties.label.enum;

/** Names of the columns. */
export const CONTENT_COLUMN = "text";
export const LABEL_COLUMN = "label";

/** Ours: Autopilot names no minimum for texts, but holds a fifth of the rows back, and fewer would say nothing of a label. */
const MIN_ROWS_OF_A_LABEL = 50;

/** Ours, since a file is held in memory; Autopilot takes 100 GB (docs.aws.amazon.com/sagemaker/latest/dg/autopilot-quotas.html). */
const MAX_BYTES = 256 * 2 ** 20;

const SHOWN = 5; // bad rows that an error names

export interface DataSet {
  /** With a header. */
  readonly csv: string;
  readonly rows: number;
  /** Rows by label. */
  readonly counts: ReadonlyMap<string, number>;
  /** Of the CSV, in hex. */
  readonly sha256: string;
}

/** @throws UserError that names the file, the lines and what to change, never a text. */
export function readDataSet(file: string): DataSet {
  const rows: Row[] = [];
  const problems: string[] = [];
  for (const [index, line] of readLines(file).entries()) {
    const row = parseRow(line);
    if (typeof row === "string") problems.push(`line ${index + 1}: ${row}`);
    else rows.push(row);
  }
  if (problems.length > 0) throw new UserError(badRows(file, problems));
  const counts = new Map(LABELS.map((label) => [label, rows.filter((row) => row.label === label).length]));
  checkCounts(file, counts);
  const lines = rows.map(({ text, label }) => `${csvField(text)},${label}\n`);
  const csv = `${CONTENT_COLUMN},${LABEL_COLUMN}\n${lines.join("")}`;
  return { csv, rows: rows.length, counts, sha256: createHash("sha256").update(csv).digest("hex") };
}

interface Row {
  readonly text: string;
  readonly label: string;
}

function readLines(file: string): readonly string[] {
  const lines = readWhole(file).replace(/\n$/, "").split("\n");
  if (lines.length > 1 || lines[0] !== "") return lines;
  throw new UserError(`${file} has no rows: write one ${FORMAT} a line.`);
}

function readWhole(file: string): string {
  try {
    const { size } = statSync(file);
    if (size <= MAX_BYTES) return readFileSync(file, "utf8");
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new UserError(`${file} cannot be read (${error.message}): name a file with one ${FORMAT} a line.`);
  }
  throw new UserError(`${file} is larger than the ${MAX_BYTES / 2 ** 20} MiB that this command takes: leave rows out.`);
}

const FORMAT = `{"text": "...", "label": "${LABELS.join("|")}"}`;

/** @returns What is wrong, for a line that is no row. */
function parseRow(line: string): Row | string {
  const row = parseJson(line);
  const [text, label] = [Reflect.get(row, "text"), Reflect.get(row, "label")].map(asString);
  if (text === undefined) return `no object with a string "text"; expected ${FORMAT}`;
  if (text.trim() === "") return `an empty "text"`;
  if (label === undefined || !LABELS.includes(label)) return `"label" is none of ${LABELS.join(", ")}`;
  return { text, label };
}

/** @returns An object without members for a line that is none. */
function parseJson(line: string): object {
  try {
    const row: unknown = JSON.parse(line);
    return typeof row === "object" && row !== null ? row : {};
  } catch {
    return {};
  }
}

const asString = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

function badRows(file: string, problems: readonly string[]): string {
  const more = problems.length > SHOWN ? [`and ${problems.length - SHOWN} more`] : [];
  return [`${file}: ${problems.length} rows cannot be used.`, ...problems.slice(0, SHOWN), ...more].join("\n  ");
}

function checkCounts(file: string, counts: ReadonlyMap<string, number>): void {
  const few = [...counts].filter(([, count]) => count < MIN_ROWS_OF_A_LABEL);
  if (few.length === 0) return;
  const said = few.map(([label, count]) => `${label} ${count === 0 ? "has none" : `has ${count}`}`).join(", ");
  throw new UserError(
    `${file}: each label needs at least ${MIN_ROWS_OF_A_LABEL} rows, but ${said}. The API answers with all of ${LABELS.join(", ")}.`,
  );
}
