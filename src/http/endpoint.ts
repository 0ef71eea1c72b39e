// Turns a capability's function into a Lambda handler of the HTTP API: identity, correlation id, problems, telemetry.
import type { APIGatewayProxyEventV2WithJWTAuthorizer, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import type { Telemetry } from "../telemetry/telemetry";
import { correlationId } from "./correlation-id";
import { readJsonBody } from "./json-body";
import { Problem } from "./problem";

/** What a capability sees of a request. */
export interface ApiRequest {
  /** `sub` of the access token: a person, or the app client of a machine. */
  readonly user: string;
  readonly correlationId: string;
  /** The strictly parsed body. @throws Problem for a body that is not acceptable JSON. */
  readonly json: () => unknown;
  /** Sets a response header that also goes out when the request fails later on. */
  readonly setHeader: (name: string, value: string) => void;
  /** Adds a fact to the request's log line; never the user's text, a token or a key. */
  readonly note: (facts: Readonly<Record<string, string | number | boolean>>) => void;
}

/** The JSON body of a 200 response. */
export type ApiFunction = (request: ApiRequest) => Promise<object>;

/** A Lambda handler of an HTTP API route behind a JWT authorizer (payload format 2.0). */
export type ApiHandler = (
  event: APIGatewayProxyEventV2WithJWTAuthorizer,
  context: Pick<Context, "functionVersion">,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** `requestContext.stage` of requests that the pre-traffic hook sends to a version; API Gateway's own is `$default`. */
export const QUALIFICATION_STAGE = "qualification";

interface EndpointOptions {
  readonly telemetry: Telemetry;
  /** Address of the error reference; the `type` of every problem is an anchor on it. */
  readonly docsUrl: string;
  readonly handle: ApiFunction;
}

/** Never throws: whatever fails is answered as problem+json, and nothing internal is shown. */
export function endpoint({ telemetry, docsUrl, handle }: EndpointOptions): ApiHandler {
  return async (event, context) => {
    const startedAt = performance.now();
    const id = correlationId(event.headers["x-correlation-id"]);
    const headers: Record<string, string> = { "x-correlation-id": id, "cache-control": "no-store" };
    const facts: Record<string, string | number | boolean> = {};
    const outcome = await run(handle, toRequest(event, id, headers, facts));
    telemetry.requestCompleted({
      correlationId: id,
      functionVersion: context.functionVersion,
      qualification: event.requestContext.stage === QUALIFICATION_STAGE,
      latencyMs: performance.now() - startedAt,
      facts,
      ...outcome,
    });
    return respond(outcome, headers, docsUrl, id);
  };
}

type Outcome =
  | { readonly status: 200; readonly body: object }
  | { readonly status: number; readonly problem: Problem; readonly error: unknown };

async function run(handle: ApiFunction, request: () => ApiRequest): Promise<Outcome> {
  try {
    return { status: 200, body: await handle(request()) };
  } catch (error) {
    const problem =
      error instanceof Problem ? error : new Problem("internal_error", "The request failed; retry it once.");
    return { status: problem.status, problem, error };
  }
}

function toRequest(
  event: APIGatewayProxyEventV2WithJWTAuthorizer,
  id: string,
  headers: Record<string, string>,
  facts: Record<string, string | number | boolean>,
): () => ApiRequest {
  return () => ({
    user: userOf(event),
    correlationId: id,
    json: () => readJsonBody(event),
    setHeader: (name, value) => {
      headers[name] = value;
    },
    note: (more) => {
      Object.assign(facts, more);
    },
  });
}

function userOf(event: APIGatewayProxyEventV2WithJWTAuthorizer): string {
  const sub = event.requestContext.authorizer.jwt.claims["sub"];
  if (typeof sub === "string" && sub !== "") return sub;
  throw new Problem("unauthorized", "The token has no `sub` claim; send a Cognito access token.");
}

function respond(
  outcome: Outcome,
  headers: Record<string, string>,
  docsUrl: string,
  id: string,
): APIGatewayProxyStructuredResultV2 {
  if ("body" in outcome) {
    return {
      statusCode: outcome.status,
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify(outcome.body),
    };
  }
  return {
    statusCode: outcome.status,
    headers: { ...headers, ...outcome.problem.headers, "content-type": "application/problem+json" },
    body: JSON.stringify(outcome.problem.toDetails(docsUrl, id)),
  };
}
