// Forwards a request to the API and its answer back, byte for byte, so that clients see exactly what API Gateway says.
import { type IncomingMessage, request as open, type ServerResponse } from "node:http";

/** Headers of one connection, not of the message (RFC 9110, section 7.6.1); `expect` is answered by the front door. */
const HOP_BY_HOP = new Set(["connection", "keep-alive", "proxy-connection", "te", "upgrade", "expect"]);

const UNREACHABLE = {
  type: "about:blank",
  title: "The API does not answer",
  status: 502,
  detail: "The local deployment behind this address is gone; start it again with `npm start`.",
};

/** Sends one request on and answers it; never rejects. */
export type Forward = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Forwards to `apiUrl`, whose path is put before the request's.
 *
 * A general proxy library would not do: those parse content types, retry, and answer some requests themselves.
 * Answers 502 when nothing listens at `apiUrl`.
 */
export function forwardTo(apiUrl: string): Forward {
  const { hostname, port, pathname, host } = new URL(apiUrl);
  const prefix = pathname.replace(/\/$/, "");
  return (request, response) => {
    const outgoing = open({
      hostname,
      port,
      method: request.method,
      path: prefix + String(request.url),
      headers: ["host", host, ...endToEnd(request, "host"), ...emptyBody(request)],
      agent: false, // a kept connection may be closed by the emulator just as the next request leaves
    });
    outgoing.on("response", (answer) => relay(answer, response));
    outgoing.on("error", () => unreachable(response));
    response.on("close", () => outgoing.destroy());
    request.pipe(outgoing);
  };
}

/** Name, value, name, value ...: as received, repeated ones included. */
function endToEnd({ rawHeaders, headers }: IncomingMessage, ...without: string[]): string[] {
  const named = headers.connection?.split(",").map((name) => name.trim().toLowerCase()) ?? [];
  const dropped = new Set([...HOP_BY_HOP, ...named, ...without]);
  const isKept = (index: number) => !dropped.has(String(rawHeaders[index - (index % 2)]).toLowerCase());
  return rawHeaders.filter((_, index) => isKept(index));
}

/** Node would announce a chunked body for a method that may have one; this says that there is none. */
function emptyBody({ method, headers }: IncomingMessage): string[] {
  const announced = "content-length" in headers || "transfer-encoding" in headers;
  return announced || ["GET", "HEAD"].includes(String(method)) ? [] : ["content-length", "0"];
}

function relay(answer: IncomingMessage, response: ServerResponse): void {
  response.sendDate = false;
  response.writeHead(Number(answer.statusCode), String(answer.statusMessage), endToEnd(answer));
  answer.on("error", () => response.destroy()); // cut short there, cut short here
  answer.pipe(response);
}

function unreachable(response: ServerResponse): void {
  if (response.headersSent) return;
  response.writeHead(502, { "content-type": "application/problem+json", "cache-control": "no-store" });
  response.end(JSON.stringify(UNREACHABLE));
}
