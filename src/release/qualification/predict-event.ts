// A request of POST /predict as API Gateway hands it to the function (HTTP API, payload 2.0), made by the hook.
import type { APIGatewayProxyEventV2WithJWTAuthorizer } from "aws-lambda";
import { QUALIFICATION_STAGE } from "../../http/endpoint";

/** @param sub - Who is asking: the user whose quota the request is charged to. */
export function predictEvent(text: string, sub: string): APIGatewayProxyEventV2WithJWTAuthorizer {
  const now = new Date();
  const scope = "serin/predict";
  return {
    version: "2.0",
    routeKey: "POST /predict",
    rawPath: "/predict",
    rawQueryString: "",
    headers: { "content-type": "application/json" },
    isBase64Encoded: false,
    body: JSON.stringify({ text }),
    requestContext: {
      accountId: "",
      apiId: QUALIFICATION_STAGE,
      domainName: "",
      domainPrefix: "",
      http: { method: "POST", path: "/predict", protocol: "HTTP/1.1", sourceIp: "", userAgent: QUALIFICATION_STAGE },
      requestId: "",
      routeKey: "POST /predict",
      stage: QUALIFICATION_STAGE,
      time: now.toISOString(),
      timeEpoch: now.getTime(),
      authorizer: { principalId: "", integrationLatency: 0, jwt: { claims: { sub, scope }, scopes: [scope] } },
    },
  };
}
