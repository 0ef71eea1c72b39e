import { type ApiFunction, endpoint } from "../../src/http/endpoint";
import { Problem } from "../../src/http/problem";
import type { CompletedRequest } from "../../src/telemetry/telemetry";
import { apiEvent } from "../api-event";

function handlerOf(handle: ApiFunction) {
  const completed: CompletedRequest[] = [];
  const telemetry = { requestCompleted: (request: CompletedRequest) => void completed.push(request) };
  return { handler: endpoint({ telemetry, docsUrl: "/docs/errors", handle }), completed };
}

const context = { functionVersion: "7" };

describe("endpoint", () => {
  it("answers 200 with the function's body and what it noted", async () => {
    const { handler, completed } = handlerOf((request) => {
      request.setHeader("ratelimit-remaining", "3");
      request.note({ cache: "hit" });
      return Promise.resolve({ user: request.user });
    });
    const response = await handler(apiEvent({ headers: { "x-correlation-id": "id-1" } }), context);
    expect(response).toMatchObject({
      statusCode: 200,
      headers: { "content-type": "application/json", "x-correlation-id": "id-1", "ratelimit-remaining": "3" },
      body: '{"user":"user-1"}',
    });
    expect(completed).toMatchObject([
      { correlationId: "id-1", functionVersion: "7", qualification: false, status: 200, facts: { cache: "hit" } },
    ]);
  });

  it("tells the pre-traffic hook's requests from users'", async () => {
    const { handler, completed } = handlerOf(() => Promise.resolve({}));
    await handler(apiEvent({ stage: "qualification" }), context);
    expect(completed).toMatchObject([{ qualification: true }]);
  });

  it("answers a problem as problem+json, with the headers set before it", async () => {
    const { handler } = handlerOf((request) => {
      request.setHeader("ratelimit-remaining", "0");
      throw new Problem("rate_limit_exceeded", "Retry in 2 s.", { headers: { "retry-after": "2" } });
    });
    const response = await handler(apiEvent({ headers: { "x-correlation-id": "id-2" } }), context);
    expect(response).toMatchObject({
      statusCode: 429,
      headers: {
        "content-type": "application/problem+json",
        "retry-after": "2",
        "ratelimit-remaining": "0",
        "x-correlation-id": "id-2",
      },
    });
    expect(JSON.parse(response.body ?? "")).toEqual({
      type: "/docs/errors#rate_limit_exceeded",
      title: "Too many requests",
      status: 429,
      detail: "Retry in 2 s.",
      code: "rate_limit_exceeded",
      instance: "id-2",
    });
  });

  it("shows nothing internal of an unexpected failure", async () => {
    const { handler, completed } = handlerOf(() => Promise.reject(new Error("password is hunter2")));
    const response = await handler(apiEvent({}), context);
    expect(response.statusCode).toBe(500);
    expect(response.body).toContain("internal_error");
    expect(JSON.stringify(response)).not.toContain("hunter2");
    expect(completed[0]?.error).toBeInstanceOf(Error);
  });

  it("refuses a token that names no user", async () => {
    const { handler } = handlerOf(() => Promise.resolve({}));
    const response = await handler(apiEvent({ user: "" }), context);
    expect(response).toMatchObject({ statusCode: 401 });
  });
});
