// What reports share: elements, tables and the style sheet's colours. A plain script, since a file without a server has no modules.

/** The value of a colour of the style sheet. @param {string} name */
// biome-ignore lint/correctness/noUnusedVariables: the scripts after this one use it
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/**
 * A new element; text only ever becomes text nodes.
 * @param {string} tag
 * @param {Readonly<Record<string, string>>} attributes
 * @param {...(string | Node)} children
 */
function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly (string | Node)[])[]} rows
 * @param {number} numbers - How many of the last columns are numbers.
 */
// biome-ignore lint/correctness/noUnusedVariables: the scripts after this one use it
function table(head, rows, numbers) {
  /** @param {number} index */
  const attributes = (index) => (index >= head.length - numbers ? { class: "number" } : {});
  return element(
    "table",
    { class: "table" },
    element("thead", {}, element("tr", {}, ...head.map((text, index) => element("th", attributes(index), text)))),
    element(
      "tbody",
      {},
      ...rows.map((cells) => element("tr", {}, ...cells.map((cell, index) => element("td", attributes(index), cell)))),
    ),
  );
}
