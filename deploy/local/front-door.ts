// The local target's one address: its pages, and behind every other path the API itself.
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { forwardTo } from "./forward";
import { addPages, PAGE_HEADERS } from "./pages";
import { UserError } from "./user-error";

/** The port is taken by another program. */
export class PortInUseError extends UserError {
  override readonly name = "PortInUseError";
  readonly code = "EADDRINUSE";

  constructor(
    readonly port: number,
    options: { cause: unknown },
  ) {
    super(`port ${port} of 127.0.0.1 is in use by another program`, options);
  }
}

interface FrontDoorOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** Where the API is served; its path is put before the path of every forwarded request. */
  readonly apiUrl: string;
  /** A valid access token of the local target. */
  readonly token: () => Promise<string>;
}

/** A running front door. */
export interface FrontDoor {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/**
 * Serves the pages and forwards everything else to the API unchanged.
 * @throws PortInUseError when another program listens on `port`.
 */
export async function startFrontDoor({ port, apiUrl, token }: FrontDoorOptions): Promise<FrontDoor> {
  const forward = forwardTo(apiUrl);
  const pass = (request: FastifyRequest, reply: FastifyReply) => {
    reply.hijack();
    forward(request.raw, reply.raw);
  };
  const app = fastify({
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true },
    frameworkErrors: (_error, request, reply) => pass(request, reply), // paths that are the gateway's to refuse
  });
  app.addHook("onRequest", async (request, reply) => {
    // Before Fastify reads the body: it would refuse content types and sizes that are the API's to judge.
    if (request.is404) pass(request, reply);
    else reply.headers(PAGE_HEADERS);
  });
  addPages(app);
  addToken(app, token);
  return { url: await listen(app, port), close: () => app.close() };
}

/**
 * Hands the pages a token, so that a newcomer can try the API before reading about OAuth. That is all right only here:
 * the server listens on loopback, and the token opens nothing but this emulated deployment. Other sites that the
 * browser has open must not get it all the same: a rebound DNS name shows in `Host`, a foreign page in `Sec-Fetch-Site`.
 */
function addToken(app: FastifyInstance, token: () => Promise<string>): void {
  app.get("/local/token", async (request, reply) => {
    if (!isFromThisAddress(request)) {
      const detail = "Only the pages at this address may ask for a token; in a terminal, run `npm run token`.";
      return problem(reply, 403, "Not for other sites", detail);
    }
    try {
      return { access_token: await token(), token_type: "Bearer" };
    } catch {
      return problem(reply, 503, "No token", "The local deployment issued no token; is `npm start` still running?");
    }
  });
}

function isFromThisAddress({ headers, socket }: FastifyRequest): boolean {
  const hosts = ["127.0.0.1", "localhost"].map((name) => `${name}:${String(socket.localPort)}`);
  const site = headers["sec-fetch-site"] ?? "none"; // none: somebody typed the address; absent: no browser
  return hosts.includes(String(headers.host)) && (site === "none" || site === "same-origin");
}

function problem(reply: FastifyReply, status: number, title: string, detail: string): FastifyReply {
  const body = JSON.stringify({ type: "about:blank", title, status, detail });
  return reply.code(status).type("application/problem+json").send(body);
}

async function listen(app: FastifyInstance, port: number): Promise<string> {
  try {
    return await app.listen({ host: "127.0.0.1", port });
  } catch (cause) {
    await app.close();
    const taken = cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
    throw taken ? new PortInUseError(port, { cause }) : cause;
  }
}
