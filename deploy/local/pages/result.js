// The answer card: the label, a bar per score, the facts of the request, or what went wrong.
import { field, text } from "./api.js";
import { byId, descriptions, element } from "./dom.js";

/** @typedef {import("./api.js").Exchange} Exchange */

const SENTIMENTS = /** @type {const} */ (["positive", "neutral", "negative"]);
const percent = new Intl.NumberFormat("en", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });

/**
 * Shows what the API answered.
 * @param {Exchange} exchange
 */
export function showExchange(exchange) {
  const sentiment = text(exchange.body, "sentiment");
  if (exchange.status === 200 && sentiment !== undefined) showAnswer(sentiment, exchange);
  else showProblem(exchange);
}

/**
 * @param {string} sentiment
 * @param {Exchange} exchange
 */
function showAnswer(sentiment, exchange) {
  const scores = field(exchange.body, "scores");
  const label = byId("sentiment");
  label.textContent = sentiment;
  label.dataset["sentiment"] = sentiment;
  byId("scores").replaceChildren(...SENTIMENTS.map((name) => bar(name, Number(field(scores, name)))));
  byId("facts").replaceChildren(...descriptions(facts(exchange)));
  show("answer", `${sentiment}, ${percent.format(Number(field(scores, sentiment)))}`);
}

/**
 * @param {string} name
 * @param {number} score
 * @returns {HTMLElement}
 */
function bar(name, score) {
  const fill = element("span", { class: "fill", "data-sentiment": name });
  fill.style.width = percent.format(score);
  const track = element("span", { class: "track", "aria-hidden": "true" }, fill);
  return element(
    "div",
    {},
    element("dt", {}, name),
    element("dd", {}, track, element("span", {}, percent.format(score))),
  );
}

/**
 * @param {Exchange} exchange
 * @returns {[string, string | Node][]}
 */
function facts({ headers, ms, body }) {
  return [
    ["Round trip", `${Math.round(ms)} ms`],
    ["Quota left", quota(headers)],
    ["Model version", element("code", {}, text(body, "modelVersion") ?? "not told")],
    ["Correlation id", correlationId(headers)],
  ];
}

/**
 * @param {Headers} headers
 * @returns {string}
 */
function quota(headers) {
  const remaining = headers.get("ratelimit-remaining");
  if (remaining === null) return "not told";
  return `${remaining} of ${headers.get("ratelimit-limit") ?? "?"} requests`;
}

/**
 * @param {Headers} headers
 * @returns {HTMLElement}
 */
function correlationId(headers) {
  return element("code", {}, headers.get("x-correlation-id") ?? "none");
}

/**
 * A problem of the API, or API Gateway's own {"message": …}.
 * @param {Exchange} exchange
 */
function showProblem({ status, body, headers }) {
  const title = text(body, "title") ?? text(body, "message") ?? "An answer that this page does not understand";
  const errors = field(body, "errors");
  const wait = headers.get("retry-after");
  byId("problem").replaceChildren(
    element("p", { class: "problem-title" }, element("span", { class: "status" }, String(status)), ` ${title}`),
    element("p", {}, text(body, "detail") ?? ""),
    element("ul", {}, ...(Array.isArray(errors) ? errors : []).map(violation)),
    ...(wait === null ? [] : [element("p", {}, `Try again in ${wait} s.`)]),
    ...codeLink(body),
    element("dl", { class: "facts" }, ...descriptions([["Correlation id", correlationId(headers)]])),
  );
  show("problem", `Error ${status}: ${title}`);
}

/**
 * @param {unknown} error
 * @returns {HTMLElement}
 */
function violation(error) {
  return element("li", {}, element("code", {}, text(error, "pointer") ?? ""), ` ${text(error, "detail") ?? ""}`);
}

/**
 * A link to the error reference, for a problem of the catalogue.
 * @param {unknown} body
 * @returns {HTMLElement[]}
 */
export function codeLink(body) {
  const code = text(body, "code");
  if (code === undefined) return [];
  return [
    element("a", { href: `/docs/errors#${encodeURIComponent(code)}` }, "What to do about ", element("code", {}, code)),
  ];
}

/**
 * There is no answer to show.
 * @param {string} sentence
 */
export function showTrouble(sentence) {
  byId("problem").replaceChildren(element("p", { class: "problem-title" }, "No answer"), element("p", {}, sentence));
  show("problem", sentence);
}

/**
 * @param {"answer" | "problem"} part
 * @param {string} announcement What a screen reader says.
 */
function show(part, announcement) {
  for (const id of ["placeholder", "answer", "problem"]) byId(id).hidden = id !== part;
  byId("announcement").textContent = announcement;
}
