// The deployed guard before a DynamoDB on loopback that never answers.
import { once } from "node:events";
import { createServer } from "node:http";
import type { Socket } from "node:net";
import { portOf } from "../../deploy/local/ports";
import type { ApiRequest } from "../../src/http/endpoint";
import { deployedGuard } from "../../src/rate-limit/deployed";

const request: ApiRequest = {
  user: "user",
  correlationId: "id",
  json: () => ({}),
  setHeader: () => undefined,
  note: () => undefined,
};

/** How often a DynamoDB is asked for one request that treats its first connection so, and never answers. */
async function attempts(first: (socket: Socket) => void): Promise<number> {
  let asked = 0;
  const server = createServer((incoming) => {
    incoming.resume().on("end", () => {
      asked += 1;
      if (asked === 1) first(incoming.socket);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const AWS_ENDPOINT_URL_DYNAMODB = `http://127.0.0.1:${portOf(server)}`;
  const credentials = { AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
  jest.replaceProperty(process, "env", { ...process.env, ...credentials, AWS_ENDPOINT_URL_DYNAMODB });
  try {
    const config = { rateLimitTable: "table", rateLimitOnFailure: "deny", limiterTimeoutMs: 200 } as const;
    await expect(deployedGuard(config)(request)).rejects.toMatchObject({ code: "rate_limiter_unavailable" });
    return asked;
  } finally {
    jest.restoreAllMocks();
    server.closeAllConnections();
    server.close();
  }
}

it("charges once, though the answer is late: it leaves the request to the failure policy", async () => {
  expect(await attempts(() => undefined)).toBe(1);
});

it("tries again when the connection breaks, as kept ones do", async () => {
  expect(await attempts((socket) => socket.destroy())).toBe(2);
});
