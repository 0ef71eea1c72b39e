// The front door's own pages: try it out, the API's reference, the error reference; self-contained, so that they work offline.
import path from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import openApi from "../../docs/openapi.json";
import { errorsPage } from "./errors-page";

const PAGES = path.join(__dirname, "pages");

/** Headers of every page and asset. */
export const PAGE_HEADERS = {
  // data: is for icons inside style sheets. Nothing is inline and nothing comes from elsewhere.
  "content-security-policy":
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store", // the next program on this port may serve other pages
};

/** Adds the pages' routes to `app`. */
export function addPages(app: FastifyInstance): void {
  const assets = (root: string, prefix: string, decorateReply = false) =>
    app.register(fastifyStatic, { root, prefix, decorateReply, cacheControl: false });
  assets(PAGES, "/assets/", true);
  assets(path.dirname(require.resolve("@picocss/pico/css/pico.min.css")), "/assets/pico/");
  assets(path.dirname(require.resolve("swagger-ui-dist/swagger-ui.css")), "/assets/swagger-ui/");
  app.get("/", (_request, reply) => reply.sendFile("index.html"));
  app.get("/favicon.ico", (_request, reply) => reply.sendFile("favicon.svg"));
  app.get("/docs", (_request, reply) => reply.sendFile("docs.html"));
  app.get("/docs/errors", (_request, reply) => reply.type("text/html; charset=utf-8").send(errorsPage()));
  app.get("/openapi.json", () => LOCAL_DOCUMENT);
}

const AT_THIS_ADDRESS: Readonly<Record<string, unknown>> = {
  servers: [{ url: "/", description: "The deployment on this machine." }],
  // There is no hosted sign-in here: a bearer token is all one needs, and gets.
  oauth2: undefined,
  security: [{ bearer: [] }],
};

/** The API's document with what differs at this address, wherever it stands in it. */
const LOCAL_DOCUMENT: unknown = JSON.parse(JSON.stringify(openApi), (key, value: unknown) =>
  Object.hasOwn(AT_THIS_ADDRESS, key) ? AT_THIS_ADDRESS[key] : value,
);
