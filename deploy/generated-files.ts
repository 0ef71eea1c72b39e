// Every file that is derived from the schemas and the error catalogue: what it must hold, and which ones on disk do not.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { TRAFFIC } from "../src/governance/start/traffic-schema";
import { REPORT_SUMMARY } from "../src/governance/summary";
import { ROOT } from "./root";
import { generatedValidators } from "./validators";

type Files = ReadonlyMap<string, string>;

/** In this order: the reference's examples are answers of code that imports the validators. */
const GENERATORS: readonly (() => Promise<Files>)[] = [
  () => Promise.resolve(generatedValidators()),
  () => Promise.resolve(generatedSchemas()),
  generatedReference,
];

/** For the job, which is Python and validates with the schemas themselves. */
function generatedSchemas(): Files {
  const schemas = { "clarify/job/summary.schema.json": REPORT_SUMMARY, "clarify/drift/traffic.schema.json": TRAFFIC };
  const $schema = "https://json-schema.org/draft/2020-12/schema";
  return new Map(
    Object.entries(schemas).map(([file, schema]) => [file, `${JSON.stringify({ $schema, ...schema }, null, 2)}\n`]),
  );
}

async function generatedReference(): Promise<Files> {
  const { apiReference } = await import("./openapi");
  return apiReference();
}

/** Path (from the repository's root) -> content of every generated file. */
export async function generatedFiles(): Promise<Files> {
  const files = await Promise.all(GENERATORS.map((generator) => generator()));
  return new Map(files.flatMap((some) => [...some]));
}

/** The generated files whose content below `root` is not what the sources say. */
export async function staleFiles(root = ROOT): Promise<string[]> {
  const files = await generatedFiles();
  return [...files].filter(([file, content]) => readOrEmpty(path.join(root, file)) !== content).map(([file]) => file);
}

function readOrEmpty(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** Writes every generated file below `root`. */
export async function generate(root = ROOT): Promise<void> {
  for (const generator of GENERATORS) {
    for (const [file, content] of await generator()) write(path.join(root, file), content);
  }
}

function write(file: string, content: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}
