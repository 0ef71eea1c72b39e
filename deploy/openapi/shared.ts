// What all operations share in the API's document: headers, API Gateway's own answers, ways to get a token, servers.
import { perMinute, USER_LIMIT } from "../../src/rate-limit/gcra";
import { EXAMPLE_CORRELATION_ID } from "./answer";

const integer = { type: "integer", minimum: 0 } as const;

/** Response headers by name. */
export const HEADERS = {
  "X-Correlation-Id": {
    description: "Ties this response to the service's logs; quote it when you report a problem.",
    schema: { type: "string", pattern: "^[A-Za-z0-9._-]{1,64}$" },
    example: EXAMPLE_CORRELATION_ID,
  },
  "RateLimit-Policy": {
    description: "Your quota: requests per window of `w` seconds, and how many may come at once (`burst`).",
    schema: { type: "string" },
    example: `${perMinute(USER_LIMIT)};w=60;burst=${USER_LIMIT.burst}`,
  },
  "RateLimit-Limit": { description: "Requests that may come at once.", schema: integer, example: USER_LIMIT.burst },
  "RateLimit-Remaining": {
    description: "Requests that you could send right now.",
    schema: integer,
    example: USER_LIMIT.burst - 1,
  },
  "RateLimit-Reset": { description: "Seconds until the whole burst is available again.", schema: integer, example: 1 },
  "Retry-After": { description: "Seconds to wait before you try again.", schema: integer, example: 5 },
} as const;

/** Narrows to a documented response header. */
export function isHeaderName(name: string): name is keyof typeof HEADERS {
  return Object.hasOwn(HEADERS, name);
}

/** Schema of {@link GATEWAY_RESPONSES}. */
export const GATEWAY_MESSAGE = {
  type: "object",
  description: "An answer of API Gateway itself: the request did not reach the service.",
  required: ["message"],
  properties: { message: { type: "string" } },
} as const;

const gatewayMessage = (message: string) => ({
  "application/json": { schema: { $ref: "#/components/schemas/GatewayMessage" }, example: { message } },
});

/** What API Gateway answers before a request reaches any function, by status. */
export const GATEWAY_RESPONSES: Readonly<
  Record<number, { description: string; headers: Record<string, object>; content: Record<string, object> } | undefined>
> = {
  401: {
    description: "No token, or one that is expired or not valid here.",
    headers: { "WWW-Authenticate": { description: "What is wrong with the token.", schema: { type: "string" } } },
    content: gatewayMessage("Unauthorized"),
  },
  403: {
    description: "The token is valid but does not hold the scope.",
    headers: {},
    content: gatewayMessage("Forbidden"),
  },
};

/** Request headers that every operation takes. */
export const PARAMETERS = {
  CorrelationId: {
    name: "x-correlation-id",
    in: "header",
    required: false,
    description:
      "Your own id for this request: 1 to 64 of `A-Z a-z 0-9 . _ -`. Any other value is replaced by a new UUID.",
    schema: { type: "string" },
    example: EXAMPLE_CORRELATION_ID,
  },
} as const;

/** Where the API is served. */
export const SERVERS = [
  {
    url: "https://{apiId}.execute-api.{region}.amazonaws.com",
    description: "Your deployment; `sls info` prints its address.",
    variables: {
      apiId: { default: "your-api-id", description: "Id of the HTTP API." },
      region: { default: "us-east-1", description: "AWS region of the deployment." },
    },
  },
  { url: "http://127.0.0.1:3000", description: "`npm start` on this machine." },
];

const USER_POOL = "https://your-user-pool-domain.auth.us-east-1.amazoncognito.com";

/**
 * The ways to get a token.
 * @param scopes - Scope -> what it allows.
 */
export function securitySchemes(scopes: Readonly<Record<string, string>>): object {
  const tokenUrl = `${USER_POOL}/oauth2/token`;
  return {
    oauth2: {
      type: "oauth2",
      description: "Your Cognito user pool. Machines use client credentials; people sign in, with PKCE.",
      flows: {
        clientCredentials: { tokenUrl, scopes },
        authorizationCode: { authorizationUrl: `${USER_POOL}/oauth2/authorize`, tokenUrl, scopes },
      },
    },
    bearer: {
      type: "http",
      scheme: "bearer",
      bearerFormat: "JWT",
      description: "An access token that you already have, with the operation's scope. Locally: `npm run token`.",
    },
  };
}
