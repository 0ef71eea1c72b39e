// One operation of the API: what an entry says about it, and how that reads in OpenAPI.
import { PROBLEMS, type ProblemCode } from "../../src/http/problem";
import type { Answer } from "./answer";
import { GATEWAY_RESPONSES, HEADERS, isHeaderName } from "./shared";

/** A node of the document. */
export type Node = Readonly<Record<string, unknown>>;

/** The entry of one path; a new path is one more file that makes one of these. */
export interface Operation {
  readonly method: "get" | "post";
  readonly path: `/${string}`;
  /** operationId: what generated clients call the method. */
  readonly id: string;
  readonly tag: string;
  /** Scope that the token must hold. */
  readonly scope: string;
  readonly summary: string;
  /** CommonMark. */
  readonly description: string;
  /** Left out for an operation without a body. */
  readonly request?: { readonly name: string; readonly schema: Node; readonly example: Node };
  readonly response: { readonly name: string; readonly schema: Node };
  /** Real answers: the 200 and at least one per problem; statuses, headers and examples are taken from them. */
  readonly answers: readonly Answer[];
}

/** A problem's code, for an answer that is a problem of the catalogue. */
export function codeOf({ body }: Answer): ProblemCode | undefined {
  const code: unknown = typeof body === "object" && body !== null && "code" in body ? body.code : undefined;
  return Object.keys(PROBLEMS).find((known): known is ProblemCode => known === code);
}

/** The path item of an operation. */
export function pathItem(operation: Operation): Node {
  const { method, id, tag, scope, summary, description, request } = operation;
  return {
    [method]: {
      operationId: id,
      tags: [tag],
      summary,
      description,
      security: [{ oauth2: [scope] }, { bearer: [] }],
      parameters: [{ $ref: "#/components/parameters/CorrelationId" }],
      ...(request && {
        requestBody: {
          required: true,
          content: { "application/json": { schema: reference(request.name), example: request.example } },
        },
      }),
      responses: responses(operation),
    },
  };
}

function responses({ answers, response }: Operation): Node {
  const statuses = [...new Set([...answers.map(({ status }) => status), 401, 403])];
  return Object.fromEntries(
    statuses.map((status) => {
      const given = answers.filter((answer) => answer.status === status);
      return [status, status === 200 ? success(response.name, given) : failure(status, given)];
    }),
  );
}

function success(schema: string, answers: readonly Answer[]): Node {
  const content = { "application/json": { schema: reference(schema), example: answers[0]?.body } };
  return { description: "The answer.", headers: headers(answers), content };
}

function failure(status: number, answers: readonly Answer[]): Node {
  const gateway = GATEWAY_RESPONSES[status];
  const codes = answers.map(codeOf).filter((code) => code !== undefined);
  const meanings = codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`);
  return {
    description: [...(gateway ? [gateway.description] : []), ...meanings].join(" "),
    headers: { ...gateway?.headers, ...headers(answers) },
    content: { ...gateway?.content, ...problemContent(codes) },
  };
}

function problemContent(codes: readonly ProblemCode[]): Node {
  if (codes.length === 0) return {};
  const examples = Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]));
  return { "application/problem+json": { schema: reference("Problem"), examples } };
}

function headers(answers: readonly Answer[]): Node {
  const sent = new Set(answers.flatMap((answer) => Object.keys(answer.headers)));
  const documented = Object.keys(HEADERS).filter((name) => isHeaderName(name) && sent.has(name.toLowerCase()));
  return Object.fromEntries(documented.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function reference(schema: string): Node {
  return { $ref: `#/components/schemas/${schema}` };
}
