// Talks to the API as any client does: HTTP, a bearer token, JSON.

/**
 * What came back for a request.
 * @typedef {object} Exchange
 * @property {number} status
 * @property {Headers} headers
 * @property {unknown} body The parsed JSON, or the text when it is not JSON.
 * @property {number} ms Round trip in milliseconds, as this page saw it.
 */

/** API Gateway gives up on a function after 30 s. */
const TIMEOUT_MS = 35_000;

/** A sentence for the user: there is no answer to show. */
export class Trouble extends Error {}

/**
 * Sends JSON to POST /predict with a token.
 * @param {string} json
 * @returns {Promise<Exchange>}
 * @throws {Trouble}
 */
export async function predict(json) {
  const headers = { authorization: `Bearer ${await accessToken()}`, "content-type": "application/json" };
  return await exchange("/predict", { method: "POST", headers, body: json });
}

/**
 * A token that is valid now; only this page at this address gets one.
 * @returns {Promise<string>}
 * @throws {Trouble}
 */
export async function accessToken() {
  const { body } = await exchange("/local/token");
  const token = field(body, "access_token");
  if (typeof token === "string") return token;
  throw new Trouble(text(body, "detail") ?? "The local deployment issued no token.");
}

/**
 * One request and its answer, whatever the status.
 * @param {string} path
 * @param {RequestInit} [init]
 * @returns {Promise<Exchange>}
 * @throws {Trouble}
 */
export async function exchange(path, init) {
  const startedAt = performance.now();
  try {
    const response = await fetch(path, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const answer = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: parse(answer),
      ms: performance.now() - startedAt,
    };
  } catch (error) {
    const slow = error instanceof DOMException && error.name === "TimeoutError";
    throw new Trouble(
      slow
        ? `No answer within ${TIMEOUT_MS / 1000} seconds. Look at the terminal that runs npm start.`
        : "Serin does not answer. Is npm start still running?",
    );
  }
}

/**
 * @param {string} answer
 * @returns {unknown}
 */
function parse(answer) {
  try {
    return JSON.parse(answer);
  } catch {
    return answer;
  }
}

/**
 * A value inside parsed JSON.
 * @param {unknown} value
 * @param {string} key
 * @returns {unknown}
 */
export function field(value, key) {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

/**
 * A string inside parsed JSON.
 * @param {unknown} value
 * @param {string} key
 * @returns {string | undefined}
 */
export function text(value, key) {
  const found = field(value, key);
  return typeof found === "string" ? found : undefined;
}
