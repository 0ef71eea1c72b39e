import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import type { MetricDatum } from "../../../../deploy/local/alarms/alarm";
import type { StateOf } from "../../../../deploy/local/dashboard/alarm-states";
import { type DashboardBody, readBody } from "../../../../deploy/local/dashboard/body";
import { dashboardPage } from "../../../../deploy/local/dashboard/page";
import { describeInChromium } from "../../../chromium";

const TO = Date.UTC(2026, 0, 5, 10);
const SPAN = { fromMs: TO - 600_000, toMs: TO };

const place = (y: number) => ({ x: 0, y, width: 12, height: 6 });
const common = { region: "us-east-1", period: 60 };
const requests = ["Serin", "Requests", "service", "predict", "stage", "local"];

const body: DashboardBody = readBody(
  JSON.stringify({
    widgets: [
      {
        type: "alarm",
        ...place(0),
        properties: { title: "Alarms", alarms: ["arn:aws:cloudwatch:us-east-1:1:alarm:incident", "arn:a:alarm:band"] },
      },
      {
        type: "text",
        ...place(6),
        properties: {
          markdown: "**Read** `this` [here](https://example.com/a).\n\n</script><b>[x](javascript:alert(1))",
        },
      },
      {
        type: "metric",
        ...place(12),
        properties: {
          ...common,
          view: "timeSeries",
          title: "Requests",
          stat: "Sum",
          metrics: [
            [...requests, { label: "requests" }],
            ["AWS/Logs", "IncomingBytes", "LogGroupName", "l", { label: "bytes" }],
          ],
          annotations: { horizontal: [{ label: "most", value: 5 }] },
        },
      },
      {
        type: "metric",
        ...place(18),
        properties: {
          ...common,
          view: "singleValue",
          title: "Now",
          stat: "Sum",
          metrics: [[...requests, { label: "n" }]],
        },
      },
      {
        type: "metric",
        ...place(24),
        properties: { ...common, view: "timeSeries", title: "Wrong", metrics: [[{ expression: "BAND(a)" }]] },
      },
      {
        type: "metric",
        ...place(30),
        properties: { ...common, view: "timeSeries", title: "Quiet", metrics: [["Serin", "Faults", "service", "no"]] },
      },
    ],
  }),
);

const data: MetricDatum[] = [1, 2, 3].map((ago) => ({
  namespace: "Serin",
  name: "Requests",
  dimensions: { service: "predict", stage: "local" },
  value: ago,
  timestampMs: TO - ago * 60_000 + 1000,
}));

const stateOf: StateOf = (name) => (name === "incident" ? { state: "ALARM" } : { note: "an anomaly band" });
const html = () => dashboardPage({ stage: "local", body, data, stateOf, span: SPAN });

it("refers to nothing outside of itself", () => {
  expect(html()).not.toMatch(/<(script|link|img)[^>]+(src|href)=/);
  expect(html()).not.toMatch(/@import|url\(/);
  expect(html()).not.toMatch(/\/\* [\w-]+\.(js|css) \*\/</);
});

it("is refused where the body has what this version does not deploy", () => {
  const widget = { type: "metric", ...place(0), properties: { ...common, view: "pie", metrics: [requests] } };
  expect(() => readBody(JSON.stringify({ widgets: [widget] }))).toThrow("not what this version deploys");
});

describeInChromium("the dashboard in a browser", (browser) => {
  jest.setTimeout(60_000);
  let folder: string;
  let page: Page;
  let faults: string[];

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "serin-dashboard-"));
    const file = path.join(folder, "dashboard.html");
    writeFileSync(file, html());
    page = await browser().newPage();
    faults = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith("file:")) faults.push(request.url());
    });
    await page.goto(pathToFileURL(file).href);
  });
  afterEach(async () => {
    expect(faults).toEqual([]);
    await page.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const section = (title: string) => page.locator("section", { hasText: title });

  it("draws graphs, lists their values, and names what is not measured", async () => {
    expect(await section("Requests").locator("canvas").count()).toBe(1);
    const row = section("Requests").locator("tr", { hasText: "requests" });
    expect(await row.locator("td").allTextContents()).toEqual(["requests", "1", "3"]);
    expect(await section("Requests").textContent()).toContain("AWS/Logs IncomingBytes: not measured");
    expect(await section("Quiet").textContent()).toContain("No data");
  });

  it("shows numbers, alarms and text, and says what it cannot evaluate", async () => {
    expect(await section("Now").locator("dd").textContent()).toBe("1");
    expect(await section("Alarms").locator("li").allTextContents()).toEqual([
      "incident✗ alarm",
      "band– an anomaly band",
    ]);
    expect(await section("Wrong").textContent()).toContain("BAND");
    expect(await section("Read").locator("strong, code").allTextContents()).toEqual(["Read", "this"]);
  });

  it("makes nothing but https links of what stands in a text", async () => {
    const links = await section("Read")
      .locator("a")
      .evaluateAll((found) => found.map((link) => link.getAttribute("href")));
    expect(links).toEqual(["https://example.com/a"]);
    expect(await section("Read").locator("b").count()).toBe(0);
  });

  it("fits a narrow screen", async () => {
    await page.setViewportSize({ width: 380, height: 700 });
    await page.reload();
    const widths = await page
      .locator("section")
      .evaluateAll((found) => found.map((one) => one.getBoundingClientRect()));
    for (const { left, right } of widths) {
      expect(left).toBeGreaterThanOrEqual(0);
      expect(right).toBeLessThanOrEqual(380);
    }
  });
});
