// `npm run generate`: writes every generated file; with `-- --check` it only says which are out of date.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { inventoryOf } from "./cost/inventory";
import { COST_PAGE, costPage } from "./cost/page";
import { generate, staleFiles } from "./generated-files";
import { PERMISSIONS_PAGE, packageEverything, permissionsDocument } from "./permissions/document";
import { ROOT } from "./root";

async function main(): Promise<void> {
  const checking = process.argv.includes("--check");
  if (!checking) await generate();
  const stale = await staleFiles();
  const template = packageEverything(); // after the others, since the packaged code imports validators
  const pages = {
    [PERMISSIONS_PAGE]: permissionsDocument(template),
    [COST_PAGE]: costPage(readPage(COST_PAGE), inventoryOf(template)),
  };
  for (const [page, content] of Object.entries(pages)) {
    if (!checking) writeFileSync(path.join(ROOT, page), content);
    if (readPage(page) !== content) stale.push(page);
  }
  for (const file of stale) console.error(`${file} is out of date; run: npm run generate`);
  if (stale.length > 0) process.exitCode = 1;
  else console.log("generated files are up to date");
}

function readPage(page: string): string {
  return readFileSync(path.join(ROOT, page), "utf8");
}

void main();
