// "What does an error look like?": buttons that send requests which really are wrong, and show what comes back.
import { accessToken, exchange, Trouble } from "./api.js";
import { byId, element } from "./dom.js";
import { prettyJson } from "./json.js";
import { explanation } from "./result.js";

/**
 * @typedef {object} Failure
 * @property {string} name
 * @property {string} body
 * @property {string} [contentType]
 * @property {boolean} [authorized]
 */

const VALID = JSON.stringify({ text: "Hello" });

/** @type {readonly Failure[]} */
const FAILURES = [
  { name: "No token", body: VALID, authorized: false },
  { name: "Empty text", body: JSON.stringify({ text: "" }) },
  { name: "Too long", body: JSON.stringify({ text: "a".repeat(1025) }) },
  { name: "Wrong content type", body: VALID, contentType: "text/plain" },
  { name: "Not JSON", body: "Hello" },
];

/** Longest body that is shown in full. */
const SHOWN_CHARACTERS = 80;

/** Adds a button for each failure. */
export function wireFailures() {
  byId("failures").replaceChildren(
    ...FAILURES.map((failure) => {
      const button = element("button", { type: "button", class: "quiet" }, failure.name);
      button.addEventListener("click", () => send(failure));
      return button;
    }),
  );
}

/** @param {Failure} failure */
async function send({ body, contentType = "application/json", authorized = true }) {
  byId("failure-request").textContent = describe(body, contentType, authorized);
  try {
    const headers = {
      "content-type": contentType,
      ...(authorized ? { authorization: `Bearer ${await accessToken()}` } : {}),
    };
    const answer = await exchange("/predict", { method: "POST", headers, body });
    show(String(answer.status), prettyJson(answer.body), explanation(answer.body));
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    show("nothing", element("span", {}, error.message), []);
  }
}

/**
 * The request as it would read on the wire, shortened.
 * @param {string} body
 * @param {string} contentType
 * @param {boolean} authorized
 */
function describe(body, contentType, authorized) {
  const short = body.length > SHOWN_CHARACTERS ? `${body.slice(0, SHOWN_CHARACTERS)}… (${body.length} bytes)` : body;
  const token = authorized ? ["authorization: Bearer •••"] : [];
  return ["POST /predict", ...token, `content-type: ${contentType}`, "", short].join("\n");
}

/**
 * @param {string} status
 * @param {Node} body
 * @param {readonly Node[]} explanations
 */
function show(status, body, explanations) {
  byId("failure").hidden = false;
  byId("failure-status").textContent = status;
  byId("failure-response").replaceChildren(body);
  byId("failure-explanation").replaceChildren(...explanations);
  byId("failure-announcement").textContent = `Answered ${status}. ${byId("failure-response").textContent}`;
}
