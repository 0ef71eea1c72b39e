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
  const detail = text(body, "detail") ?? "";
  const wait = headers.get("retry-after");
  byId("problem").replaceChildren(
    element("p", { class: "problem-title" }, element("span", { class: "status" }, String(status)), ` ${title}`),
    element("p", {}, detail),
    element("ul", {}, ...violations(body, detail)),
    ...(wait === null ? [] : [element("p", {}, `Try again in ${wait} s.`)]),
    ...explanation(body),
    element("dl", { class: "facts" }, ...descriptions([["Correlation id", correlationId(headers)]])),
  );
  show("problem", `Error ${status}: ${title}`);
}

/**
 * The values to change, unless the detail has said it all.
 * @param {unknown} body
 * @param {string} detail
 * @returns {HTMLElement[]}
 */
function violations(body, detail) {
  const errors = field(body, "errors");
  return (Array.isArray(errors) ? errors : [])
    .map((error) => ({ pointer: text(error, "pointer") ?? "", what: text(error, "detail") ?? "" }))
    .filter(({ what }) => !detail.includes(what))
    .map(({ pointer, what }) => element("li", {}, element("code", {}, pointer), ` ${what}`));
}

/**
 * Where to read on: the catalogue's entry of a problem, or who else answered.
 * @param {unknown} body
 * @returns {HTMLElement[]}
 */
export function explanation(body) {
  const code = text(body, "code");
  if (code !== undefined) {
    const href = `/docs/errors#${encodeURIComponent(code)}`;
    return [element("p", {}, element("a", { href }, `What to do about ${code}`))];
  }
  if (text(body, "message") === undefined) return [];
  return [element("p", {}, "API Gateway itself answered: the request did not reach the service.")];
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
