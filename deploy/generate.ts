// `npm run generate`: writes every generated file; with `-- --check` it only says which are out of date.
import { generate, staleFiles } from "./generated-files";

async function main(): Promise<void> {
  if (!process.argv.includes("--check")) await generate();
  const stale = await staleFiles();
  for (const file of stale) console.error(`${file} is out of date; run: npm run generate`);
  if (stale.length > 0) process.exitCode = 1;
  else console.log("generated files are up to date");
}

void main();
