import type { ApiRequest } from "../../src/http/endpoint";
import { rateLimitGuard } from "../../src/rate-limit/guard";
import { memoryStore } from "./memory-store";

function request() {
  const headers: Record<string, string> = {};
  const facts: Record<string, unknown> = {};
  const api: ApiRequest = {
    user: "user",
    correlationId: "id",
    json: () => ({}),
    setHeader: (name, value) => {
      headers[name] = value;
    },
    note: (more) => Object.assign(facts, more),
  };
  return { api, headers, facts };
}

const limit = { intervalMs: 1_000, burst: 3 };

describe("rateLimitGuard", () => {
  it("tells a served request what is left of the quota", async () => {
    const { api, headers } = request();
    await rateLimitGuard({ store: memoryStore(), onFailure: "deny", limit })(api);
    expect(headers).toEqual({
      "ratelimit-policy": "60;w=60;burst=3",
      "ratelimit-limit": "3",
      "ratelimit-remaining": "2",
      "ratelimit-reset": "1",
    });
  });

  it("charges the price it is told", async () => {
    const guard = rateLimitGuard({ store: memoryStore(), onFailure: "deny", limit, clock: () => 0 });
    await guard(request().api, 3);
    await expect(guard(request().api)).rejects.toMatchObject({
      code: "rate_limit_exceeded",
      status: 429,
      headers: { "retry-after": "1" },
    });
  });

  it("notes that it failed, but not what was said", async () => {
    const reason = new TypeError("secret");
    const store = { startFrom: () => Promise.reject(reason), advance: () => Promise.reject(reason) };
    const { api, facts } = request();
    await rateLimitGuard({ store, onFailure: "allow" })(api);
    expect(facts).toMatchObject({ rate_limiter: "failed", rate_limiter_error: "TypeError" });
    expect(JSON.stringify(facts)).not.toContain("secret");
  });
});
