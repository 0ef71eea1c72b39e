// An API for the front door to forward to: a real server that records what arrives and answers what the test says.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { portOf } from "../../../deploy/local/ports";

/** A request as it arrived. */
export interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export interface Upstream {
  readonly url: string;
  readonly received: Received[];
  /** Answers the requests to come. */
  answer: (request: Received, response: ServerResponse) => void;
  readonly close: () => Promise<void>;
}

export async function startUpstream(
  answer: Upstream["answer"] = (_request, response) => response.end(),
): Promise<Upstream> {
  const server = createServer((request, response) => {
    void record(request).then((received) => {
      upstream.received.push(received);
      upstream.answer(received, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const upstream: Upstream = {
    url: `http://127.0.0.1:${portOf(server)}`,
    received: [],
    answer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return upstream;
}

async function record(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const { method, url, headers, rawHeaders } = request;
  return { method, url, headers, rawHeaders, body: Buffer.concat(chunks) };
}

/** Answers JSON. */
export function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Upstream["answer"] {
  return (_request, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  };
}
