// A report as one HTML file that refers to nothing outside of itself: works without network, in light and dark, years later.
import { readFileSync } from "node:fs";
import path from "node:path";

const PAGES = path.join(__dirname, "pages");
const UPLOT = path.join(path.dirname(require.resolve("uplot/package.json")), "dist");

/** What a place that is no file of the pages' folder stands for. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "uplot.css": path.join(UPLOT, "uPlot.min.css"),
  "uplot.js": path.join(UPLOT, "uPlot.iife.min.js"),
};

/**
 * Fills a page of the pages' folder: a comment that is a file's name stands for that file, `"data.json"` for the data.
 * @param name - The page's file name.
 */
export function selfContainedPage(name: string, data: object): string {
  const template = readFileSync(path.join(PAGES, name), "utf8");
  return template.replaceAll(/\/\* (?<file>[\w.-]+) \*\/|"data\.json"/g, (place, file?: string) =>
    place === '"data.json"'
      ? scriptSafe(data)
      : readFileSync(ELSEWHERE[`${file}`] ?? path.join(PAGES, `${file}`), "utf8"),
  );
}

/** JSON that cannot end the script element it stands in. */
function scriptSafe(value: object): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}
