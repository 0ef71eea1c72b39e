// docs/cost.md says what the compiled template costs now.
import { readFileSync } from "node:fs";
import path from "node:path";
import { inventoryOf } from "../../deploy/cost/inventory";
import { COST_PAGE, costPage } from "../../deploy/cost/page";
import { packageEverything } from "../../deploy/permissions/document";
import { prices, sources } from "../../deploy/prices.json";
import { ROOT } from "../../deploy/root";

it("docs/cost.md has the template's inventory in it (else: npm run generate)", () => {
  const page = readFileSync(path.join(ROOT, COST_PAGE), "utf8");
  expect(page).toContain("| SageMaker endpoints, two model versions |");
  expect(costPage(page, inventoryOf(packageEverything()))).toBe(page);
}, 60_000);

it("every price names a source, and has a figure unless it says that it has none", () => {
  for (const { usd, source } of Object.values(prices)) {
    expect(Object.keys(sources)).toContain(source);
    expect(usd === null).toBe(source === "none");
  }
});
