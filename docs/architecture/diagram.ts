// `npm run diagram`: renders architecture.dot to docs/diagram.png, which remembers the source that it shows.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Graphviz } from "@hpcc-js/wasm-graphviz";
import { chromium } from "playwright-core";
import { runCommand } from "../../deploy/command";
import { UserError } from "../../deploy/local/user-error";
import { ROOT } from "../../deploy/root";
import { findChromium } from "../../test/chromium";
import { digestOf, withSource } from "./source-of";

const SOURCE = path.join(__dirname, "architecture.dot");
const PICTURE = path.join(ROOT, "docs", "diagram.png");

/** @returns a PNG with twice the pixels, for dense screens. */
async function rasterize(svg: string): Promise<Buffer> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new UserError("There is no Chromium on the PATH; set CHROMIUM_PATH to one.");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const page = await browser.newPage({ deviceScaleFactor: 2 });
    await page.setContent(`<body style="margin:0">${svg}</body>`);
    return await page.locator("svg").screenshot();
  } finally {
    await browser.close();
  }
}

async function main(): Promise<void> {
  const dot = readFileSync(SOURCE, "utf8");
  const graphviz = await Graphviz.load();
  const picture = withSource(await rasterize(graphviz.dot(dot)), digestOf(dot));
  writeFileSync(PICTURE, picture);
  console.log(`docs/diagram.png, ${Math.round(picture.length / 1024)} KiB`);
}

void runCommand(main);
