// The API's reference by Swagger UI, already authorized with a token of this deployment, so that "Execute" just works.
import { accessToken } from "./api.js";
import { byId } from "./dom.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const followTheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", followTheme);
followTheme();

/** @type {any} */
const { SwaggerUIBundle } = window;

const ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list", // all operations at one glance
  persistAuthorization: true,
  tryItOutEnabled: true,
  onComplete: authorize,
});

async function authorize() {
  try {
    ui.preauthorizeApiKey("bearer", await accessToken());
  } catch {
    byId("docs-status").textContent = "No token: is npm start still running? You can still read the reference.";
  }
}
