// `npm run generate`: writes every file that is derived from the schemas and the error catalogue; `--check` only compares.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { generatedValidators } from "./validators";

type Files = ReadonlyMap<string, string>;

const ROOT = path.join(__dirname, "..");

/** In this order: the reference's examples are answers of code that imports the validators. */
const GENERATORS: readonly (() => Promise<Files>)[] = [
  () => Promise.resolve(generatedValidators()),
  generatedReference,
];

async function generatedReference(): Promise<Files> {
  const { apiReference } = await import("./openapi");
  return apiReference();
}

/** Path (from the repository's root) -> content of every generated file. */
export async function generatedFiles(): Promise<Files> {
  const files = await Promise.all(GENERATORS.map((generator) => generator()));
  return new Map(files.flatMap((some) => [...some]));
}

/** The generated files whose content on disk is not what the sources say. */
export async function staleFiles(): Promise<string[]> {
  const files = await generatedFiles();
  return [...files].filter(([file, content]) => readOrEmpty(file) !== content).map(([file]) => file);
}

function readOrEmpty(file: string): string {
  const absolute = path.join(ROOT, file);
  return existsSync(absolute) ? readFileSync(absolute, "utf8") : "";
}

async function generate(): Promise<void> {
  for (const generator of GENERATORS) {
    for (const [file, content] of await generator()) write(file, content);
  }
}

function write(file: string, content: string): void {
  const absolute = path.join(ROOT, file);
  mkdirSync(path.dirname(absolute), { recursive: true });
  writeFileSync(absolute, content);
  console.log(`wrote ${file}`);
}

async function check(): Promise<void> {
  const stale = await staleFiles();
  for (const file of stale) console.error(`${file} is out of date; run: npm run generate`);
  if (stale.length > 0) process.exitCode = 1;
}

if (require.main === module) void (process.argv.includes("--check") ? check() : generate());
