import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Ajv2020 as Ajv } from "ajv/dist/2020";
import { errorReference } from "../../deploy/error-reference";
import { generate, staleFiles } from "../../deploy/generated-files";
import { addKeywords } from "../../deploy/schema-keywords";
import openApi from "../../docs/openapi.json";
import { correlationId } from "../../src/http/correlation-id";
import { PROBLEMS } from "../../src/http/problem";
import { MAX_TEXT_BYTES } from "../../src/http/text-request";

const DOCS = path.join(__dirname, "..", "..", "docs");
const { components } = openApi;
const { post } = openApi.paths["/predict"];
const { post: explain } = openApi.paths["/explain"];
const { get: explainability } = openApi.paths["/explainability"];
const operations = { "POST /predict": post, "POST /explain": explain, "GET /explainability": explainability };

const ajv = new Ajv({ strict: true, allErrors: true });
ajv.addFormat("uri-reference", true);
addKeywords(ajv);

function expectValid(schema: object, value: unknown): void {
  const validate = ajv.compile(schema);
  validate(value);
  expect(validate.errors ?? []).toEqual([]);
}

test("generated files are what the sources say", async () => {
  expect(await staleFiles()).toEqual([]);
});

test("a file that somebody edited is found and mended", async () => {
  const root = mkdtempSync(path.join(tmpdir(), "serin-generate-"));
  try {
    await generate(root);
    expect(await staleFiles(root)).toEqual([]);
    appendFileSync(path.join(root, "docs", "errors.md"), "edited");
    expect(await staleFiles(root)).toEqual(["docs/errors.md"]);
    await generate(root);
    expect(await staleFiles(root)).toEqual([]);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("a code without an example is refused by name", () => {
  expect(() => errorReference(new Map())).toThrow("no example of malformed_json");
});

test("the document is valid OpenAPI 3.1", () => {
  // In a process of its own: the validator is an ES module, which Jest does not load.
  const script = `
    const { validate } = await import("@readme/openapi-parser");
    process.stdout.write(JSON.stringify(await validate(process.argv[1])));`;
  const file = path.join(DOCS, "openapi.json");
  const report = JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "-e", script, file], { encoding: "utf8" }),
  );
  expect(report).toMatchObject({ valid: true, specification: "OpenAPI" });
});

test("requests and answers in the examples match their schemas", () => {
  for (const { requestBody } of [post, explain])
    expectValid(components.schemas.TextRequest, requestBody.content["application/json"].example);
  const { PredictResponse, ExplainResponse, ReportSummary } = components.schemas;
  expectValid(PredictResponse, post.responses["200"].content["application/json"].example);
  expectValid(ExplainResponse, explain.responses["200"].content["application/json"].example);
  expectValid(ReportSummary, explainability.responses["200"].content["application/json"].example);
  for (const { responses } of Object.values(operations)) {
    expectValid(components.schemas.GatewayMessage, responses["401"].content["application/json"].example);
    expectValid(components.schemas.GatewayMessage, responses["403"].content["application/json"].example);
  }
  for (const { value } of Object.values(components.examples)) expectValid(components.schemas.Problem, value);
});

test("every problem is an example under its status", () => {
  const responses = Object.values(operations).flatMap((operation) => Object.entries(operation.responses));
  const documented = responses.flatMap(([status, { content }]) => {
    const examples = "application/problem+json" in content ? content["application/problem+json"].examples : {};
    return Object.keys(examples).map((code) => [code, Number(status)]);
  });
  const catalogue = Object.entries(PROBLEMS).map(([code, { status }]) => [code, status]);
  expect(new Map(documented.map(([code, status]) => [code, status]))).toEqual(
    new Map(catalogue.map(([code, status]) => [code, status])),
  );
  expect(Object.values(components.examples).map(({ value }) => value.code)).toEqual(Object.keys(components.examples));
});

test("all statuses that a client can see are described", () => {
  const ofTexts = ["200", "400", "401", "403", "413", "415", "429", "500", "503"];
  expect(Object.keys(post.responses)).toEqual(ofTexts);
  expect(Object.keys(explain.responses)).toEqual(ofTexts);
  expect(Object.keys(explainability.responses)).toEqual(["200", "401", "403", "404", "429", "503"]);
});

test("each operation names the scope that it asks for, and one that takes no body has none", () => {
  const scopes = Object.entries(operations).map(([name, { security }]) => [name, security[0]?.oauth2]);
  expect(Object.fromEntries(scopes)).toEqual({
    "POST /predict": ["serin/predict"],
    "POST /explain": ["serin/explain"],
    "GET /explainability": ["serin/explain"],
  });
  expect(Object.keys(components.securitySchemes.oauth2.flows.clientCredentials.scopes)).toEqual([
    "serin/predict",
    "serin/explain",
  ]);
  expect(explainability).not.toHaveProperty("requestBody");
});

test("an explanation tells its price by what is left of the quota", () => {
  expect(explain.description).toContain("costs 10 requests");
});

test("the headers of each status are those that the code sends", () => {
  const headers = (status: keyof typeof post.responses) => Object.keys(post.responses[status].headers);
  const quota = ["RateLimit-Policy", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"];
  expect(headers("200")).toEqual(["X-Correlation-Id", ...quota]);
  expect(headers("400")).toEqual(["X-Correlation-Id"]); // refused before it costs quota
  expect(headers("429")).toEqual(["X-Correlation-Id", ...quota, "Retry-After"]);
  expect(headers("503")).toEqual(["X-Correlation-Id", ...quota, "Retry-After"]);
});

test("a limit in bytes is also told as one in characters", () => {
  expect(components.schemas.TextRequest.properties.text).toMatchObject({
    "x-maxUtf8Bytes": MAX_TEXT_BYTES,
    maxLength: MAX_TEXT_BYTES,
  });
});

test.each(["client-7.B_x", "a".repeat(65), "not ok", undefined])("the documented correlation id covers %p", (sent) => {
  expect(correlationId(sent)).toMatch(new RegExp(components.headers["X-Correlation-Id"].schema.pattern));
});

test("every problem's type leads to a heading of the error reference", () => {
  const headings = readFileSync(path.join(DOCS, "errors.md"), "utf8").matchAll(/^## (.+)$/gm);
  const anchors = Object.values(components.examples).map(({ value }) => value.type.split("#")[1]);
  expect([...headings].map(([, heading]) => heading).sort()).toEqual(anchors.sort());
});
