// A real headless Chromium for tests of pages: one that is installed here, never downloaded.
import { accessSync, constants } from "node:fs";
import path from "node:path";
import { type Browser, chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const MISSING =
  "no Chromium: put chromium, chromium-browser or google-chrome on the PATH, or set CHROMIUM_PATH to its executable";

// Offline and quiet: the browser itself must not reach out either. The sandbox needs rights that containers lack.
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];

/** Path of the browser's executable: CHROMIUM_PATH, else the first known name on the PATH. */
export function findChromium(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const folders = (environment["PATH"] ?? "").split(path.delimiter);
  const onPath = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [environment["CHROMIUM_PATH"] ?? "", ...onPath].find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return file !== "";
  } catch {
    return false;
  }
}

/**
 * `describe` for tests that need a browser. Without one they are skipped, and with CI=true they fail.
 * @param define - Declares the tests; the browser that it is given may be asked for inside of them.
 */
export function describeInChromium(name: string, define: (browser: () => Browser) => void): void {
  const executablePath = findChromium();
  if (executablePath !== undefined) describe(name, () => define(launched(executablePath)));
  else if (process.env["CI"] === "true") describe(name, () => test("has a browser", failing));
  else {
    console.warn(`${name}: skipped, ${MISSING}`);
    describe.skip(name, () => define(failing));
  }
}

function launched(executablePath: string): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ARGUMENTS });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
  });
  return () => {
    if (!browser) throw new Error("the browser is there only while tests run");
    return browser;
  };
}

function failing(): never {
  throw new Error(MISSING);
}
