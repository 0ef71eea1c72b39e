// The page in a browser against the deployed API: the way a newcomer sees Serin first.
import { describeInChromium } from "../chromium";
import { resetQuota, sharedTarget } from "./shared-target";

describeInChromium("the page, deployed", (browser) => {
  it("classifies a text with the real model, and shows what an error looks like", async () => {
    const target = sharedTarget();
    await resetQuota(target);
    const page = await browser().newPage();
    await page.goto(target.url);
    await page.getByLabel("Your text").fill("I love this, thank you so much!");
    await page.getByRole("button", { name: "Classify" }).click();
    await page.locator("#announcement").filter({ hasText: "positive" }).waitFor({ state: "attached" });
    expect(await page.locator("#facts").textContent()).toMatch(/\d+ ms/);
    await page.getByRole("button", { name: "Not JSON" }).click();
    await page.getByText("malformed_json").first().waitFor();
    await page.close();
  }, 60_000);

  it("documents the deployed API at /docs", async () => {
    const page = await browser().newPage();
    await page.goto(`${sharedTarget().url}/docs`);
    await page.getByText("/predict").first().waitFor();
    await page.close();
  }, 60_000);
});
