// The curl command for the text in the box; its token stays hidden until somebody asks for it.
import { accessToken, Trouble } from "./api.js";
import { byId } from "./dom.js";

const HIDDEN = "•••";

/** @type {string | undefined} */
let shownToken;

/**
 * Shows the command for this text.
 * @param {string} text
 */
export function showCurl(text) {
  byId("curl").textContent = command(text, shownToken ?? HIDDEN);
}

/**
 * Lets the buttons show and copy the token.
 * @param {() => string} currentText
 */
export function wireCurl(currentText) {
  const toggle = byId("show-token");
  toggle.addEventListener("click", () =>
    report(async () => {
      shownToken = shownToken === undefined ? await accessToken() : undefined;
      toggle.setAttribute("aria-pressed", String(shownToken !== undefined));
      toggle.textContent = shownToken === undefined ? "Show token" : "Hide token";
      showCurl(currentText());
      return "";
    }),
  );
  byId("copy").addEventListener("click", () =>
    report(async () => {
      await navigator.clipboard.writeText(command(currentText(), await accessToken()));
      return "Copied, with a token that is valid for a while.";
    }),
  );
}

/**
 * Says how it went below the command.
 * @param {() => Promise<string>} action
 */
async function report(action) {
  const status = byId("copy-status");
  try {
    status.textContent = await action();
  } catch (error) {
    status.textContent =
      error instanceof Trouble ? error.message : "The browser refused to copy; show the token and select the text.";
  }
}

/**
 * @param {string} text
 * @param {string} token
 * @returns {string}
 */
function command(text, token) {
  return [
    `curl ${location.origin}/predict`,
    `-H ${quoted(`authorization: Bearer ${token}`)}`,
    `-H ${quoted("content-type: application/json")}`,
    `-d ${quoted(JSON.stringify({ text }))}`,
  ].join(" \\\n  ");
}

/**
 * As one word of a POSIX shell.
 * @param {string} word
 * @returns {string}
 */
function quoted(word) {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
