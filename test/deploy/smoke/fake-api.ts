// An API on this machine that does what Serin's does, and one thing wrong when it is told to.
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { portOf } from "../../../deploy/local/ports";

export const TOKEN = "good.token";

/** A response before it is sent. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: Record<string, unknown>;
}

/** Changes a reply; undefined leaves the request without an answer. */
export type Fault = (reply: Reply, text: unknown) => Reply | undefined;

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return body;
}

function parse(body: string): Record<string, unknown> | undefined {
  try {
    return Object(JSON.parse(body));
  } catch {
    return undefined;
  }
}

function reply(request: IncomingMessage, body: string): Reply {
  const instance = String(request.headers["x-correlation-id"]);
  const problem = (status: number, code: string): Reply => ({
    status,
    headers: { "content-type": "application/problem+json", "x-correlation-id": instance },
    body: { code, status, instance },
  });
  if (request.headers.authorization !== `Bearer ${TOKEN}`)
    return { status: 401, headers: {}, body: { message: "Unauthorized" } };
  if (request.headers["content-type"] !== "application/json") return problem(415, "unsupported_media_type");
  const parsed = parse(body);
  if (parsed === undefined) return problem(400, "malformed_json");
  if (Object.keys(parsed).join() !== "text" || parsed["text"] === "") return problem(400, "invalid_request");
  if (String(parsed["text"]).length > 1_024) return problem(413, "text_too_long");
  const text = String(parsed["text"]);
  const sentiment = /love/.test(text) ? "positive" : /terrible/.test(text) ? "negative" : "neutral";
  const quota = { "ratelimit-limit": "200", "ratelimit-remaining": "199", "ratelimit-reset": "1" };
  const scores = { positive: 0.3, neutral: 0.3, negative: 0.4 };
  return {
    status: 200,
    headers: { "content-type": "application/json", "x-correlation-id": instance, ...quota },
    body: { sentiment, scores, modelVersion: "1f0c6a9d2b7e" },
  };
}

/** Starts it on a free port. */
export async function startFakeApi(fault: Fault = (right) => right) {
  const paths: string[] = [];
  const listener: RequestListener = (request, response) => {
    paths.push(`${request.method} ${request.url}`);
    void bodyOf(request).then((body) => {
      const changed = fault(reply(request, body), parse(body)?.["text"]);
      if (changed === undefined) return;
      response.writeHead(changed.status, changed.headers).end(JSON.stringify(changed.body));
    });
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${portOf(server)}`, paths, stop };
}
