// The API's OpenAPI 3.1 document, built from the closed schemas, the error catalogue and the answers of the code itself.
import { version } from "../package.json";
import { PRICE } from "../src/explain/explain";
import { PROBLEM_SCHEMA, PROBLEMS, type ProblemCode } from "../src/http/problem";
import { perMinute, USER_LIMIT } from "../src/rate-limit/gcra";
import { errorReference, type ProblemExamples } from "./error-reference";
import { explainOperation } from "./openapi/explain";
import { explainabilityOperation } from "./openapi/explainability";
import { codeOf, type Node, type Operation, pathItem } from "./openapi/operation";
import { predictOperation } from "./openapi/predict";
import { GATEWAY_MESSAGE, HEADERS, PARAMETERS, SERVERS, securitySchemes } from "./openapi/shared";

/** Every operation of the API; a new path is one more entry here. */
const OPERATIONS: readonly (() => Promise<Operation>)[] = [predictOperation, explainOperation, explainabilityOperation];

const TAGS = [
  { name: "Sentiment", description: "How a text sounds: positive, neutral or negative." },
  { name: "Explanations", description: "What the model looks at, in one text and in general." },
];

const DESCRIPTION = `
Send a text, get back whether it sounds positive, neutral or negative:

1. Get an access token with the scope \`serin/predict\`, and \`serin/explain\` for explanations. Locally, \`npm run token\` prints one
   that has both.
2. \`POST /predict\` with \`Authorization: Bearer <token>\` and \`{"text": "…"}\`.
3. Read \`sentiment\` and \`scores\` from the answer.

**Errors** are RFC 9457 problem details (\`application/problem+json\`). Branch on \`code\`, which is stable; \`detail\` says
what to change. API Gateway's own answers (a missing or wrong token, an unknown path) are
\`{"message": "…"}\` instead.

**Quota**: ${perMinute(USER_LIMIT)} requests a minute per user, bursts of ${USER_LIMIT.burst}; an explanation counts as
${PRICE} of them. \`RateLimit-Remaining\` counts down; after a 429 or 503 wait for \`Retry-After\` seconds.

**Tracing**: send \`x-correlation-id\`, or take the one in the response; it finds the request in the logs.

In the schemas, \`x-maxUtf8Bytes\` limits a string's size in bytes of UTF-8 (\`maxLength\` counts characters, so it is
necessary but not sufficient), and \`x-wellFormed\` refuses lone surrogates, which no UTF-8 text can hold.
`.trim();

/** Path -> content of the API's reference: the OpenAPI document and the error reference. */
export async function apiReference(): Promise<ReadonlyMap<string, string>> {
  const operations = await Promise.all(OPERATIONS.map((operation) => operation()));
  const examples = problemExamples(operations);
  return new Map([
    ["docs/openapi.json", `${JSON.stringify(openApiDocument(operations, examples), null, 2)}\n`],
    ["docs/errors.md", errorReference(examples)],
  ]);
}

function openApiDocument(operations: readonly Operation[], examples: ProblemExamples): Node {
  return {
    openapi: "3.1.0",
    info: {
      title: "Serin",
      version,
      summary: "Sentiment of texts, as a governed API.",
      description: DESCRIPTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: SERVERS,
    tags: TAGS,
    paths: Object.fromEntries(operations.map((operation) => [operation.path, pathItem(operation)])),
    components: components(operations, examples),
  };
}

function components(operations: readonly Operation[], examples: ProblemExamples): Node {
  const bodies = operations.flatMap(({ request, response }) => [...(request ? [request] : []), response]);
  return {
    schemas: {
      ...Object.fromEntries(bodies.map(({ name, schema }) => [name, withMaxLength(schema)])),
      Problem: PROBLEM_SCHEMA,
      GatewayMessage: GATEWAY_MESSAGE,
    },
    parameters: PARAMETERS,
    headers: HEADERS,
    examples: Object.fromEntries(
      [...examples].map(([code, value]) => [code, { summary: PROBLEMS[code].title, value }]),
    ),
    securitySchemes: securitySchemes(scopesOf(operations)),
  };
}

/** Scope -> what it allows. */
function scopesOf(operations: readonly Operation[]): Readonly<Record<string, string>> {
  const scopes = [...new Set(operations.map(({ scope }) => scope))];
  const allowedBy = (wanted: string) => operations.filter(({ scope }) => scope === wanted);
  return Object.fromEntries(
    scopes.map((scope) => [
      scope,
      allowedBy(scope)
        .map(({ summary }) => summary)
        .join("; "),
    ]),
  );
}

/** One example per code: the first answer that shows it. */
function problemExamples(operations: readonly Operation[]): ProblemExamples {
  const examples = new Map<ProblemCode, unknown>();
  for (const answer of operations.flatMap(({ answers }) => answers)) {
    const code = codeOf(answer);
    if (code && !examples.has(code)) examples.set(code, answer.body);
  }
  return examples;
}

/** No character takes less than one byte, so a limit in bytes is also one in characters, which every tool understands. */
function withMaxLength(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withMaxLength);
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, child]) => [key, withMaxLength(child)]);
  const limits = entries.filter(([key]) => key === "x-maxUtf8Bytes").map(([, bytes]) => ["maxLength", bytes]);
  return Object.fromEntries([...entries, ...limits]);
}
