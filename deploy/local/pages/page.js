// The page: a text goes to the API, the answer is shown.
import { predict, Trouble } from "./api.js";
import { showCurl, wireCurl } from "./curl.js";
import { byId } from "./dom.js";
import { wireFailures } from "./failures.js";
import { showExchange, showTrouble } from "./result.js";

const MAX_TEXT_BYTES = 1024;
/** What the curl command sends while the box is empty. */
const SAMPLE = "I love how fast the support team answered.";

const form = /** @type {HTMLFormElement} */ (byId("form"));
const box = /** @type {HTMLTextAreaElement} */ (byId("text"));
const button = byId("classify");
const currentText = () => box.value || SAMPLE;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void classify();
});
box.addEventListener("input", measure);
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
for (const chip of document.querySelectorAll(".chip")) {
  chip.addEventListener("click", () => {
    box.value = chip.textContent ?? "";
    measure();
    form.requestSubmit();
  });
}
wireCurl(currentText);
wireFailures();
measure();

/** Updates everything that follows the text. */
function measure() {
  const bytes = new TextEncoder().encode(box.value).length;
  const surplus = bytes - MAX_TEXT_BYTES;
  byId("bytes").textContent = bytes.toLocaleString("en");
  byId("counter").classList.toggle("over", surplus > 0);
  box.toggleAttribute("aria-invalid", false);
  if (surplus > 0) box.setAttribute("aria-invalid", "true");
  hint(surplus > 0 ? "Too long: the API will refuse it." : "");
  showCurl(currentText());
}

async function classify() {
  if (button.getAttribute("aria-busy") === "true") return;
  if (box.value === "") {
    hint("Write something first, or choose an example.");
    box.focus();
    return;
  }
  button.setAttribute("aria-busy", "true");
  try {
    showExchange(await predict(JSON.stringify({ text: box.value })));
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    showTrouble(error.message);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/** @param {string} sentence */
function hint(sentence) {
  const place = byId("text-hint");
  if (place.textContent !== sentence) place.textContent = sentence; // repeated sentences are not announced again
}
