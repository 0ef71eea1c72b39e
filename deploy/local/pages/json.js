// JSON for people: indented, with keys, strings and other values in different colours.

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d[\d.eE+-]*|true|false|null/g;

/**
 * @param {unknown} value
 * @returns {DocumentFragment}
 */
export function prettyJson(value) {
  const fragment = document.createDocumentFragment();
  const json = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  let end = 0;
  for (const match of json.matchAll(TOKEN)) {
    const [token, string, colon] = match;
    const span = document.createElement("span");
    span.className = colon ? "json-key" : string ? "json-string" : "json-value";
    span.textContent = string ?? token;
    fragment.append(json.slice(end, match.index), span, colon ?? "");
    end = match.index + token.length;
  }
  fragment.append(json.slice(end));
  return fragment;
}
