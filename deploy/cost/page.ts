// The tables of docs/cost.md, from the compiled template of stage prod and deploy/prices.json.
import { prices, sources } from "../prices.json";
import type { Inventory } from "./inventory";
import { comprehendCost, type Hosting, privateNetworkCost, stageCost, total } from "./stage-cost";

/** Where the page is, from the repository's root. */
export const COST_PAGE = "docs/cost.md";

const GENERATED = /(?<=<!-- generated -->\n).*(?=<!-- end -->)/s;
const VOLUMES = [0, 100_000, 10_000_000]; // requests a day

/** @param page - The page with its tables, which are replaced; the prose stays. */
export function costPage(page: string, inventory: Inventory): string {
  const tables = [
    ...(["serverless", "realtime"] as const).flatMap((hosting) => [`### ${hosting}\n`, monthly(inventory, hosting)]),
    `\`network: private\` adds ${usd(privateNetworkCost(inventory))} USD for its interface endpoints, and what passes through them.\n`,
    "### Prices\n",
    priceTable(),
  ];
  return page.replace(GENERATED, () => `\n${tables.join("\n")}\n`);
}

function monthly(inventory: Inventory, hosting: Hosting): string {
  const columns = VOLUMES.map((volume) => stageCost(volume, inventory, hosting));
  const parts = (columns[0] ?? []).map(({ part }, row) => [
    part,
    ...columns.map((lines) => usd(lines[row]?.usd ?? null)),
  ]);
  const volumes = VOLUMES.map((volume) => (volume === 0 ? "idle" : `${volume.toLocaleString("en")} requests a day`));
  return markdown(
    ["USD a month", ...volumes],
    [
      ...parts,
      ["**Sum of what has a price**", ...columns.map((lines) => `**${usd(total(lines))}**`)],
      ["Amazon Comprehend, the same texts", ...VOLUMES.map((volume) => usd(comprehendCost(volume)))],
    ],
    1,
  );
}

function priceTable(): string {
  const rows = Object.entries(prices).map(([name, { usd: price, per, source }]) => [
    `\`${name}\``,
    price === null ? "no source" : String(price),
    per,
    source,
  ]);
  const notes = Object.entries(sources).map(([name, text]) => `- ${name}: ${text}.`);
  return `${markdown(["price", "USD", "per", "source"], rows, 4)}\n${notes.join("\n")}\n`;
}

function usd(value: number | null): string {
  if (value === null) return "no source";
  return value.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function markdown(header: readonly string[], rows: readonly (readonly string[])[], figuresFrom: number): string {
  const rule = header.map((_, column) => (column < figuresFrom ? "---" : "---:"));
  return [header, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}
