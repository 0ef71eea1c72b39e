// Finds and builds elements. Text only ever becomes text nodes: nothing that a user or the API says is read as HTML.

/**
 * The element with this id.
 * @param {string} id
 * @returns {HTMLElement}
 * @throws {Error} when the page has none.
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element #${id}`);
  return found;
}

/**
 * A new element.
 * @param {string} tag
 * @param {Readonly<Record<string, string>>} attributes
 * @param {...(string | Node)} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * Rows of a description list.
 * @param {readonly (readonly [string, string | Node])[]} rows
 * @returns {HTMLElement[]}
 */
export function descriptions(rows) {
  return rows.map(([term, description]) => element("div", {}, element("dt", {}, term), element("dd", {}, description)));
}
