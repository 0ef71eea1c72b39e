// Builds what API Gateway hands to a function: an HTTP API request (payload 2.0) that a JWT authorizer let through.
import type { APIGatewayProxyEventV2WithJWTAuthorizer } from "aws-lambda";

interface ApiEvent {
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly stage?: string;
}

const JSON_HEADERS = { "content-type": "application/json" };

export function apiEvent({
  body,
  isBase64Encoded = false,
  headers = JSON_HEADERS,
  user = "user-1",
  stage = "$default",
}: ApiEvent): APIGatewayProxyEventV2WithJWTAuthorizer {
  return {
    version: "2.0",
    routeKey: "POST /predict",
    rawPath: "/predict",
    rawQueryString: "",
    headers,
    isBase64Encoded,
    ...(body !== undefined && { body }),
    requestContext: {
      accountId: "123456789012",
      apiId: "api",
      domainName: "api.example.com",
      domainPrefix: "api",
      http: { method: "POST", path: "/predict", protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "test" },
      requestId: "request-1",
      routeKey: "POST /predict",
      stage,
      time: "01/Jan/2026:00:00:00 +0000",
      timeEpoch: 0,
      authorizer: { principalId: "", integrationLatency: 0, jwt: { claims: { sub: user }, scopes: ["serin/predict"] } },
    },
  };
}
