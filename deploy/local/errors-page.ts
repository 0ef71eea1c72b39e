// /docs/errors: the page that every problem's `type` leads to, with one anchor per code.
import { readFileSync } from "node:fs";
import path from "node:path";
import openApi from "../../docs/openapi.json";
import { PROBLEMS, type ProblemCode } from "../../src/http/problem";
import { PROBLEM_CODES } from "../error-reference";

const TEMPLATE = path.join(__dirname, "pages", "errors.html");

/** The page as HTML. */
export function errorsPage(): string {
  const template = readFileSync(TEMPLATE, "utf8");
  return template
    .replace("<!-- index -->", PROBLEM_CODES.map(link).join(""))
    .replace("<!-- entries -->", PROBLEM_CODES.map(entry).join(""));
}

function link(code: ProblemCode): string {
  return `<li><a href="#${code}"><span class="status">${PROBLEMS[code].status}</span> <code>${code}</code></a></li>`;
}

function entry(code: ProblemCode): string {
  const { status, title, remedy } = PROBLEMS[code];
  const example = JSON.stringify(openApi.components.examples[code].value, null, 2);
  return `<article id="${code}">
    <h2><span class="status">${status}</span> <a href="#${code}"><code>${code}</code></a></h2>
    <p class="meaning">${inline(title)}.</p>
    <p><strong>What to do:</strong> ${inline(remedy)}</p>
    <details><summary>Example</summary><pre><code>${escapeHtml(example)}</code></pre></details>
  </article>`;
}

/** CommonMark's code spans, the only markup that the catalogue uses. */
function inline(text: string): string {
  return escapeHtml(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
