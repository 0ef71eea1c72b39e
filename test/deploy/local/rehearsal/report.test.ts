import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { reportPage, writeReport } from "../../../../deploy/local/rehearsal/report";
import { describeInChromium } from "../../../chromium";
import { FAILED, StagedScene, slowRelease } from "./a-scene";

const AT = new Date("2026-01-05T10:00:00Z");

function quietRelease(): StagedScene {
  const staged = new StagedScene("quiet").created().ended(20, "Failed");
  staged.scene.addQualification({ ...FAILED, reasons: ["</script><script>document.title='owned'</script>"] });
  return staged;
}

const scenes = () => [slowRelease().scene, quietRelease().scene];

it("refers to nothing outside of itself", () => {
  const page = reportPage(scenes(), AT);
  expect(page).not.toMatch(/<(script|link|img)[^>]+(src|href)=/);
  expect(page).not.toMatch(/@import|url\(/);
  expect(page).not.toContain("/* rehearsal-report.js */");
});

it("is of the moment of writing, and holds with no scene at all", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "serin-report-"));
  try {
    const file = path.join(folder, "report.html");
    const before = Date.now();
    writeReport(file, []);
    const [, content = ""] = /id="report">(.*?)<\/script>/.exec(readFileSync(file, "utf8")) ?? [];
    const report = JSON.parse(content);
    expect(report).toMatchObject({ windowSeconds: 0, scenes: [] });
    expect(Date.parse(report.at)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(report.at)).toBeLessThanOrEqual(Date.now());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

describeInChromium("the report in a browser", (browser) => {
  jest.setTimeout(60_000);
  let folder: string;
  let page: Page;
  let faults: string[];

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "serin-report-"));
    const file = path.join(folder, "below", "report.html");
    writeReport(file, scenes(), AT);
    expect(readFileSync(file, "utf8")).toContain("<!doctype html>");
    page = await browser().newPage();
    faults = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith("file:")) faults.push(request.url());
    });
    await page.goto(pathToFileURL(file).href);
  });

  afterEach(async () => {
    expect(await page.title()).toBe("Serin: rehearsed releases");
    expect(faults).toEqual([]);
    await page.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("plots weights, p95s and error rates of every scenario", async () => {
    expect(await page.locator("section").count()).toBe(2);
    expect(await page.locator("#slow canvas").count()).toBe(3);
    expect(await page.locator("#slow h3").allTextContents()).toEqual(
      expect.arrayContaining(["Canary's share of the traffic", "p95 latency", "Error rate"]),
    );
  });

  it("says what became of the releases, why, and what it cost users", async () => {
    expect(await page.locator("#summary").textContent()).toContain("2 of 2 ended as they should");
    expect(await page.locator("#slow .badge").textContent()).toBe("✓ rolled back after 30.0 s");
    expect(await page.locator("#slow .reason").textContent()).toContain("alarm: p95, canary / stable is 2.00");
    expect(await page.locator("#slow").textContent()).toContain("all traffic is back on version 1");
    const row = page.locator("#slow tr", { hasText: "… that were lost" });
    expect(await row.locator("td").allTextContents()).toEqual(["… that were lost", "", "0"]);
  });

  it("has the hook's findings, and reads nothing in them as HTML", async () => {
    expect(await page.locator("#quiet").textContent()).toContain("Verdict: fail");
    expect(await page.locator("#quiet li").textContent()).toContain("</script>");
    const row = page.locator("#quiet tr", { hasText: "p95, canary / stable" }).first();
    expect(await row.locator("td").allTextContents()).toEqual(["p95, canary / stable", "2.10", "1.30"]);
  });

  it("fits a phone, in the dark", async () => {
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize({ width: 390, height: 800 });
    await page.waitForFunction("document.documentElement.scrollWidth <= 390");
    const background = await page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(background).toBe("rgb(28, 32, 34)");
  });
});
