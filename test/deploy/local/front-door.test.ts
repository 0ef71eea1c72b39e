import { type IncomingHttpHeaders, request as open } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { type FrontDoor, PortInUseError, startFrontDoor } from "../../../deploy/local/front-door";
import { PROBLEMS } from "../../../src/http/problem";
import { startUpstream, type Upstream } from "./upstream";

interface Request {
  readonly method?: string;
  readonly path: string;
  readonly headers?: readonly string[];
  readonly body?: Buffer | string;
}

interface Answer {
  readonly status: number | undefined;
  readonly statusMessage: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

let upstream: Upstream;
let door: FrontDoor;
let issueToken: () => Promise<string>;

beforeEach(async () => {
  upstream = await startUpstream();
  issueToken = () => Promise.resolve("token-1");
  door = await startFrontDoor({ port: 0, apiUrl: `${upstream.url}/stage/$default`, token: () => issueToken() });
});

afterEach(async () => {
  await door.close();
  await upstream.close();
});

/** Sends exactly these headers, beside Host when they have none. */
function send({ method = "GET", path, headers = [], body }: Request): Promise<Answer> {
  const { hostname, port, host } = new URL(door.url);
  const own = headers.includes("host") ? [] : ["host", host];
  return new Promise((resolve, reject) => {
    const outgoing = open({ hostname, port, method, path, headers: [...own, ...headers], agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const { statusCode: status, statusMessage, rawHeaders } = answer;
        resolve({ status, statusMessage, headers: answer.headers, rawHeaders, body: Buffer.concat(chunks) });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

const sized = (body: Buffer | string) => ["content-length", String(Buffer.byteLength(body))];

describe("forwarding a request", () => {
  test("keeps every byte of the body, the query and all headers but Host", async () => {
    const body = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const headers = ["Authorization", "Bearer a.b.c", "X-Twice", "1", "X-Twice", "2", "Content-Type", "text/Plain"];
    await send({ method: "POST", path: "/predict?a=1&a=%20b&c", headers: [...headers, ...sized(body)], body });
    const [received] = upstream.received;
    expect(received).toMatchObject({ method: "POST", url: "/stage/$default/predict?a=1&a=%20b&c", body });
    expect(received?.rawHeaders).toEqual(expect.arrayContaining(headers));
    expect(received?.headers["x-twice"]).toBe("1, 2");
    expect(received?.headers.host).toBe(new URL(upstream.url).host);
  });

  test.each(["garbage", "application/json;;;", "application/json; charset=latin1", "multipart/form-data", ""])(
    "leaves the content type %p to the API",
    async (contentType) => {
      await send({
        method: "POST",
        path: "/predict",
        headers: ["content-type", contentType, ...sized("{]")],
        body: "{]",
      });
      expect(upstream.received[0]?.headers["content-type"]).toBe(contentType);
      expect(String(upstream.received[0]?.body)).toBe("{]");
    },
  );

  test("carries the largest body that API Gateway takes", async () => {
    const body = Buffer.alloc(10 * 1024 * 1024, 0xff);
    await send({ method: "POST", path: "/predict", headers: sized(body), body });
    expect(upstream.received[0]?.body.equals(body)).toBe(true);
  });

  test("streams chunked bodies", async () => {
    await send({ method: "POST", path: "/predict", headers: ["transfer-encoding", "chunked"], body: "abc" });
    expect(upstream.received[0]?.headers).toHaveProperty("transfer-encoding", "chunked");
    expect(String(upstream.received[0]?.body)).toBe("abc");
  });

  test("announces no body where none came", async () => {
    const socket = connect(Number(new URL(door.url).port), "127.0.0.1");
    socket.write("POST /predict HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"); // Node's client would announce one
    await text(socket);
    expect(upstream.received[0]?.headers).not.toHaveProperty("transfer-encoding");
    expect(upstream.received[0]?.body).toHaveLength(0);
  });

  test.each([
    ["GET", "/"],
    ["POST", "/"],
    ["DELETE", "/predict"],
    ["PROPFIND", "/x"],
    ["OPTIONS", "/predict"],
    ["GET", "/unknown/path/"],
    ["GET", "/a%2Fb"],
    ["GET", "/bad%zz"],
    ["GET", "/up/../down"],
    ["GET", "//two"],
  ])("lets the gateway answer %s %s unless it is a page", async (method, path) => {
    upstream.answer = (_request, response) => response.writeHead(404).end('{"message":"Not Found"}');
    const { status, body } = await send({ method, path });
    const isPage = method === "GET" && path === "/";
    expect(status).toBe(isPage ? 200 : 404);
    if (!isPage) expect(String(body)).toBe('{"message":"Not Found"}');
    expect(upstream.received.map(({ url }) => url)).toEqual(isPage ? [] : [`/stage/$default${path}`]);
  });

  test("drops what belongs to the connection alone", async () => {
    await send({
      path: "/x",
      headers: ["connection", "close, X-Hop", "x-hop", "1", "x-end", "2", "expect", "100-continue"],
    });
    const [received] = upstream.received;
    expect(received?.headers).toMatchObject({ "x-end": "2" });
    expect(received?.headers).not.toHaveProperty("x-hop");
    expect(received?.headers).not.toHaveProperty("expect");
  });
});

describe("forwarding an answer", () => {
  test("keeps status, reason, headers and bytes", async () => {
    const body = Buffer.from([0xff, 0x00, 0xfe]);
    const headers = [
      "X-Correlation-Id",
      "c-1",
      "Set-Cookie",
      "a=1",
      "Set-Cookie",
      "b=2",
      "Location",
      "/stage/elsewhere",
    ];
    upstream.answer = (_request, response) => {
      response.sendDate = false;
      response.writeHead(418, "Teapot", [...headers, ...sized(body)]);
      response.end(body);
    };
    const answer = await send({ path: "/x" });
    expect(answer).toMatchObject({ status: 418, statusMessage: "Teapot", body });
    expect(answer.rawHeaders.slice(0, headers.length)).toEqual(headers);
    expect(Object.keys(answer.headers).sort()).toEqual(
      ["connection", "content-length", "location", "set-cookie", "x-correlation-id"].sort(), // none of its own
    );
  });

  test("does not repeat a request that failed", async () => {
    upstream.answer = (_request, response) => response.writeHead(503, { "retry-after": "0" }).end();
    expect((await send({ path: "/x" })).status).toBe(503);
    expect(upstream.received).toHaveLength(1);
  });

  test("cuts an answer short that was cut short", async () => {
    upstream.answer = (_request, response) => {
      response.writeHead(200, { "transfer-encoding": "chunked" });
      response.write("half", () => response.destroy());
    };
    await expect(send({ path: "/x" })).rejects.toThrow("aborted");
  });

  test("says so when nothing answers", async () => {
    await upstream.close();
    const { status, headers, body } = await send({
      method: "POST",
      path: "/predict",
      headers: sized("{}"),
      body: "{}",
    });
    expect(status).toBe(502);
    expect(headers["content-type"]).toBe("application/problem+json");
    expect(JSON.parse(String(body))).toMatchObject({ status: 502, detail: expect.stringContaining("npm start") });
  });
});

describe("the token for the pages", () => {
  const ask = (...headers: string[]) => send({ path: "/local/token", headers });
  const hostOf = (name: string) => `${name}:${new URL(door.url).port}`;

  test.each([
    ["127.0.0.1", []],
    ["localhost", []],
    ["127.0.0.1", ["sec-fetch-site", "same-origin"]],
    ["127.0.0.1", ["sec-fetch-site", "none"]],
  ])("is given at %s with %j", async (name, headers) => {
    const { status, body, headers: answered } = await ask("host", hostOf(name), ...headers);
    expect(status).toBe(200);
    expect(JSON.parse(String(body))).toEqual({ access_token: "token-1", token_type: "Bearer" });
    expect(answered["cache-control"]).toBe("no-store");
  });

  test.each([
    ["evil.example", []],
    ["127.0.0.1.evil.example", []],
    ["127.0.0.1", ["sec-fetch-site", "cross-site"]],
    ["localhost", ["sec-fetch-site", "same-site"]], // another port of this machine
  ])("is refused at %s with %j", async (name, headers) => {
    const { status, body } = await ask("host", hostOf(name), ...headers);
    expect(status).toBe(403);
    expect(String(body)).not.toContain("token-1");
  });

  test("is refused at another port's Host", async () => {
    expect((await ask("host", "127.0.0.1:1")).status).toBe(403);
  });

  test("fails without a word about the cause", async () => {
    issueToken = () => Promise.reject(new Error("secret"));
    const { status, body } = await ask();
    expect(status).toBe(503);
    expect(JSON.parse(String(body))).toMatchObject({ title: "No token" });
    expect(String(body)).not.toContain("secret");
  });
});

describe("pages", () => {
  test.each([
    ["/", "text/html"],
    ["/docs", "text/html"],
    ["/docs/", "text/html"],
    ["/docs/errors", "text/html"],
    ["/openapi.json", "application/json"],
    ["/favicon.ico", "image/svg+xml"],
    ["/assets/page.js", "application/javascript"],
    ["/assets/pico/pico.min.css", "text/css"],
    ["/assets/swagger-ui/swagger-ui-bundle.js", "application/javascript"],
  ])("%s is served here as %s", async (path, type) => {
    const { status, headers } = await send({ path });
    expect(status).toBe(200);
    expect(headers["content-type"]).toContain(type);
    expect(headers["content-security-policy"]).toContain("default-src 'self'");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(upstream.received).toEqual([]);
  });

  test("no file outside of the assets is served", async () => {
    for (const path of ["/assets/../front-door.ts", "/assets/%2e%2e/front-door.ts", "/assets/..%2ffront-door.ts"]) {
      expect(String((await send({ path })).body)).not.toContain("startFrontDoor");
    }
  });

  test("the error reference has one anchor per code", async () => {
    const html = String((await send({ path: "/docs/errors" })).body);
    for (const code of Object.keys(PROBLEMS)) expect(html.split(`id="${code}"`)).toHaveLength(2);
    expect(html).toContain("<code>Retry-After</code>");
  });

  test("the document names this address, and a bearer token as the way in", async () => {
    const document = JSON.parse(String((await send({ path: "/openapi.json" })).body));
    expect(document).toMatchObject({
      servers: [{ url: "/" }],
      paths: { "/predict": { post: { security: [{ bearer: [] }] } } },
      components: { securitySchemes: { bearer: { scheme: "bearer" } } },
    });
    expect(document).not.toHaveProperty("components.securitySchemes.oauth2"); // there is no hosted sign-in here
  });
});

test("what else goes wrong with a port is not hidden", async () => {
  const far = startFrontDoor({ port: 70_000, apiUrl: upstream.url, token: issueToken });
  await expect(far).rejects.toMatchObject({ code: "ERR_SOCKET_BAD_PORT" });
});

test("a port in use is told by its own error", async () => {
  const port = Number(new URL(door.url).port);
  const second = startFrontDoor({ port, apiUrl: upstream.url, token: issueToken });
  await expect(second).rejects.toThrow(PortInUseError);
  await expect(second).rejects.toMatchObject({ code: "EADDRINUSE", port });
});
