// Real answers of a capability's handler, so that the examples in the API's document are what the code says.
import type { APIGatewayProxyEventV2WithJWTAuthorizer } from "aws-lambda";
import { type ApiFunction, endpoint } from "../../src/http/endpoint";

/** Where the examples' problem types point: the error reference beside the document. */
const DOCS_URL = "/docs/errors";

/** The correlation id of every example. */
export const EXAMPLE_CORRELATION_ID = "checkout-7f3a";

/** A request as a client might send it. */
export interface ExampleRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Left out for GET. */
  readonly body?: string;
  readonly contentType?: string;
  /** `sub` of the token. */
  readonly user?: string;
}

/** What the handler answered. */
export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON body. */
  readonly body: unknown;
}

/** Sends `request` through the endpoint that Lambda runs, around the capability's function. */
export async function answer(handle: ApiFunction, request: ExampleRequest): Promise<Answer> {
  const handler = endpoint({ telemetry: { requestCompleted: () => {} }, docsUrl: DOCS_URL, handle });
  const { statusCode, headers, body } = await handler(toEvent(request), { functionVersion: "1" });
  return {
    status: Number(statusCode),
    headers: Object.fromEntries(Object.entries({ ...headers }).map(([name, value]) => [name, String(value)])),
    body: JSON.parse(String(body)),
  };
}

function toEvent(request: ExampleRequest): APIGatewayProxyEventV2WithJWTAuthorizer {
  const { method, path, body, contentType = "application/json", user = "example-user" } = request;
  const routeKey = `${method} ${path}`;
  return {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString: "",
    headers: {
      ...(body !== undefined && { "content-type": contentType }),
      "x-correlation-id": EXAMPLE_CORRELATION_ID,
    },
    ...(body !== undefined && { body }),
    isBase64Encoded: false,
    requestContext: {
      accountId: "123456789012",
      apiId: "example",
      authorizer: { principalId: "", integrationLatency: 0, jwt: { claims: { sub: user }, scopes: [] } },
      domainName: "example.execute-api.us-east-1.amazonaws.com",
      domainPrefix: "example",
      http: { method, path, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "example" },
      requestId: "example",
      routeKey,
      stage: "$default",
      time: "01/Jan/2026:00:00:00 +0000",
      timeEpoch: 1_767_225_600_000,
    },
  };
}
