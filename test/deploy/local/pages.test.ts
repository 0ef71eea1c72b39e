import { execFileSync } from "node:child_process";
import type { Page } from "playwright-core";
import { type FrontDoor, startFrontDoor } from "../../../deploy/local/front-door";
import { describeInChromium } from "../../chromium";
import { json, startUpstream, type Upstream } from "./upstream";

const TOKEN = "header.payload.signature";
const ATTACK = `<img src="/x" onerror="document.title='owned'">`;

const PREDICTION = {
  sentiment: "negative",
  scores: { positive: 0.041, neutral: 0.066, negative: 0.893 },
  modelVersion: "4b1f7c02d9ae",
};
const HEADERS = { "x-correlation-id": "id-42", "ratelimit-limit": "200", "ratelimit-remaining": "187" };
const PROBLEM = {
  type: "http://127.0.0.1/docs/errors#invalid_request",
  title: "The body does not match the schema",
  status: 400,
  detail: "The body does not match the schema; see errors.",
  code: "invalid_request",
  instance: "id-43",
  errors: [{ pointer: "/text", detail: "must NOT have fewer than 1 characters" }],
};

jest.setTimeout(60_000);

describeInChromium("pages in a browser", (browser) => {
  let upstream: Upstream;
  let door: FrontDoor;
  let page: Page;
  /** What must not happen on any page: errors in the console, requests to anywhere else. */
  let faults: string[];

  beforeEach(async () => {
    upstream = await startUpstream(json(200, PREDICTION, HEADERS));
    door = await startFrontDoor({ port: 0, apiUrl: upstream.url, token: () => Promise.resolve(TOKEN) });
    page = await browser().newPage();
    page.setDefaultTimeout(10_000);
    faults = [];
    watch(page, faults);
    await page.goto(door.url);
  });

  afterEach(async () => {
    expect(await page.title()).not.toBe("owned");
    await page.close();
    await door.close();
    await upstream.close();
    expect(faults).toEqual([]);
  });

  function watch(watched: Page, found: string[]): void {
    watched.on("request", (request) => {
      const url = new URL(request.url());
      if (url.origin !== door.url && url.protocol !== "data:") found.push(`request to ${url.origin}`);
    });
    watched.on("pageerror", (error) => found.push(error.message));
    watched.on("console", (message) => {
      // The browser itself reports every status >= 400, which several of these tests are about.
      const isStatus = message.text().startsWith("Failed to load resource");
      if (["error", "warning"].includes(message.type()) && !isStatus) found.push(message.text());
    });
  }

  const box = () => page.getByLabel("Your text");
  const answer = () => page.getByRole("region", { name: "Answer" });
  const problem = () => page.locator("#problem");
  const classify = () => page.getByRole("button", { name: "Classify" }).click();
  const textOf = async (selector: string) => (await page.locator(selector).textContent()) ?? "";

  test("a text is classified and everything about the answer is shown", async () => {
    await box().fill("Third delay this week 😡");
    await classify();
    await answer().getByText("id-42").waitFor();
    const shown = await textOf("#result");
    for (const expected of ["89.3%", "6.6%", "4.1%", "id-42", "4b1f7c02d9ae", "187 of 200"])
      expect(shown).toContain(expected);
    expect(shown).toMatch(/\d+ ms/);
    expect(await textOf("#announcement")).toBe("negative, 89.3%");
    const widths = await page.evaluate("[...document.querySelectorAll('.fill')].map((bar) => bar.style.width)");
    expect(widths).toEqual(["4.1%", "6.6%", "89.3%"]);
    const [received] = upstream.received;
    expect(received).toMatchObject({ method: "POST", url: "/predict" });
    expect(received?.headers).toMatchObject({ authorization: `Bearer ${TOKEN}`, "content-type": "application/json" });
    expect(JSON.parse(String(received?.body))).toEqual({ text: "Third delay this week 😡" });
  });

  test("the keyboard is enough: Ctrl+Enter sends", async () => {
    await box().focus();
    await page.keyboard.type("Fine");
    await page.keyboard.press("Control+Enter");
    await answer().getByText("id-42").waitFor();
    expect(JSON.parse(String(upstream.received[0]?.body))).toEqual({ text: "Fine" });
  });

  test("an example is filled in and sent", async () => {
    await page.getByRole("button", { name: "a dark mode would be easier" }).click();
    await answer().getByText("id-42").waitFor();
    expect(await box().inputValue()).toBe("Nice app, but a dark mode would be easier on the eyes.");
    expect(JSON.parse(String(upstream.received[0]?.body))).toEqual({ text: await box().inputValue() });
  });

  test("bytes of UTF-8 are counted, and too many are told before they are sent", async () => {
    await box().fill("é😡");
    expect(await textOf("#counter")).toBe("6 / 1,024 bytes");
    await box().fill("é".repeat(512));
    expect(await textOf("#text-hint")).toBe("");
    await box().fill("é".repeat(513));
    expect(await textOf("#counter")).toBe("1,026 / 1,024 bytes");
    expect(await textOf("#text-hint")).toContain("Too long");
    expect(await box().getAttribute("aria-invalid")).toBe("true");
  });

  test("an empty box asks for a text and sends nothing", async () => {
    await classify();
    await page.getByText("Write something first").waitFor();
    expect(upstream.received).toEqual([]);
  });

  test("a problem is shown with what to change and where to read on", async () => {
    upstream.answer = json(400, PROBLEM, { "x-correlation-id": "id-43" });
    await box().fill("x");
    await classify();
    await problem().getByText(PROBLEM.title).first().waitFor();
    const shown = await textOf("#result");
    for (const expected of ["400", PROBLEM.detail, "/text must NOT have fewer", "id-43"])
      expect(shown).toContain(expected);
    await problem().getByRole("link", { name: "invalid_request" }).click();
    await page.locator("article#invalid_request:target").getByText("What to do:").waitFor();
  });

  test("a refused request says when to try again", async () => {
    upstream.answer = json(429, { ...PROBLEM, code: "rate_limit_exceeded" }, { "retry-after": "7" });
    await box().fill("x");
    await classify();
    await problem().getByText("Try again in 7 s.").waitFor();
  });

  test("a stopped deployment and a stopped server are told in a sentence", async () => {
    await box().fill("x");
    await upstream.close();
    await classify();
    await problem().getByText("The local deployment behind this address is gone").waitFor();
    await door.close();
    await classify();
    await problem().getByText("Serin does not answer. Is npm start still running?").waitFor();
  });

  test("nothing that a user or the API says becomes HTML", async () => {
    const hostile = { sentiment: ATTACK, scores: PREDICTION.scores, modelVersion: ATTACK };
    upstream.answer = json(200, hostile, { "x-correlation-id": ATTACK, "ratelimit-remaining": ATTACK });
    await box().fill(ATTACK);
    await classify();
    await page.locator("#facts").getByText(ATTACK).first().waitFor();
    const refusal = {
      title: ATTACK,
      detail: ATTACK,
      code: ATTACK,
      errors: [{ pointer: ATTACK, detail: `1${ATTACK}` }],
    };
    upstream.answer = json(400, refusal);
    await classify();
    await problem().getByText("What to do about").waitFor();
    await page.getByRole("button", { name: "Not JSON" }).click();
    await page.locator("#failure-response").getByText("onerror").first().waitFor();
    expect(await page.locator('img[src="/x"]').count()).toBe(0);
  });

  test.each([
    ["No token", undefined, "application/json", '{"text":"Hello"}'],
    ["Empty text", `Bearer ${TOKEN}`, "application/json", '{"text":""}'],
    ["Too long", `Bearer ${TOKEN}`, "application/json", `{"text":"${"a".repeat(1025)}"}`],
    ["Wrong content type", `Bearer ${TOKEN}`, "text/plain", '{"text":"Hello"}'],
    ["Not JSON", `Bearer ${TOKEN}`, "application/json", "Hello"],
  ])("the error button %p really sends that", async (name, authorization, contentType, body) => {
    upstream.answer = json(418, PROBLEM);
    await page.getByRole("button", { name }).click();
    await page.getByRole("heading", { name: "Answered 418" }).waitFor();
    expect(await textOf("#failure-response")).toContain('"code": "invalid_request"');
    expect(upstream.received).toHaveLength(1);
    expect(String(upstream.received[0]?.body)).toBe(body);
    expect(upstream.received[0]?.headers.authorization).toBe(authorization);
    expect(upstream.received[0]?.headers["content-type"]).toBe(contentType);
  });

  test("the curl command hides the token until it is asked for, and is one that a shell understands", async () => {
    const text = `It's "fine" $(id) \\ é`;
    await box().fill(text);
    expect(await textOf("#curl")).not.toContain(TOKEN);
    await page.getByRole("button", { name: "Show token" }).click();
    await page.getByRole("button", { name: "Hide token" }).waitFor();
    const command = await textOf("#curl");
    const words = execFileSync("sh", ["-c", command.replace("curl", "printf '%s\\n'")], { encoding: "utf8" }).split(
      "\n",
    );
    expect(words.slice(0, 5)).toEqual([
      `${door.url}/predict`,
      "-H",
      `authorization: Bearer ${TOKEN}`,
      "-H",
      "content-type: application/json",
    ]);
    expect(JSON.parse(words[6] ?? "")).toEqual({ text });
    await page.getByRole("button", { name: "Hide token" }).click();
    expect(await textOf("#curl")).not.toContain(TOKEN);
  });

  test("copying takes the command with its token", async () => {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: door.url });
    await page.getByRole("button", { name: "Copy with token" }).click();
    await page.getByText("Copied").waitFor();
    expect(await page.evaluate("navigator.clipboard.readText()")).toContain(`Bearer ${TOKEN}`);
    expect(await textOf("#curl")).not.toContain(TOKEN);
  });

  test("small screens need no sideways scrolling", async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    await box().fill("x".repeat(1100));
    await classify();
    await page.getByRole("button", { name: "Not JSON" }).click();
    await page.locator("#failure-response").getByText("sentiment").waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(320);
    await page.goto(`${door.url}/docs/errors`);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(320);
  });

  test.each([
    ["#operations-Sentiment-predict", "Classify a text", "POST", "/predict"],
    ["#operations-Explanations-explain", "Explain a prediction", "POST", "/explain"],
    ["#operations-Explanations-explainability", "Read the newest", "GET", "/explainability"],
  ])("the reference shows %s, and Execute works with no further ado", async (id, summary, method, url) => {
    await page.goto(`${door.url}/docs`);
    const operation = page.locator(id);
    await operation.getByText(summary).first().click();
    await operation.getByRole("button", { name: "authorization button locked" }).waitFor();
    await operation.locator(".btn.execute").click();
    await operation.locator(".live-responses-table").getByText("id-42").first().waitFor();
    expect(upstream.received[0]).toMatchObject({ method, url });
    expect(upstream.received[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });
});
