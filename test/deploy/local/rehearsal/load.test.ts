import { createHash } from "node:crypto";
import { Load, type UserRequest, Users } from "../../../../deploy/local/rehearsal/load";
import { signInPeople } from "../../../../deploy/local/rehearsal/users";
import { until } from "../../../until";
import { json, startUpstream, type Upstream } from "../upstream";

jest.setTimeout(30_000);

let upstream: Upstream;
let users: Users;

beforeEach(async () => {
  upstream = await startUpstream(json(200, {}));
  users = new Users({ apiUrl: upstream.url, tokens: ["ann", "bob"], texts: ["good", "bad", "so-so"] });
});
afterEach(async () => {
  users.close();
  await upstream.close();
});

describe("a user's request", () => {
  it("goes to /predict with a user's own token, a text that no cache knows, and an id", async () => {
    const requests = [await users.send("good"), await users.send("good"), await users.send("slow")];
    expect(requests.map(({ id, status }) => [id, status])).toEqual([
      ["good-0", 200],
      ["good-1", 200],
      ["slow-2", 200],
    ]);
    expect(
      upstream.received.map(({ url, headers }) => [url, headers.authorization, headers["x-correlation-id"]]),
    ).toEqual([
      ["/predict", "Bearer ann", "good-0"],
      ["/predict", "Bearer bob", "good-1"],
      ["/predict", "Bearer ann", "slow-2"],
    ]);
    const texts = [...Array(6).keys()].map(async (round) => {
      await users.send(`round-${round}`);
    });
    await Promise.all(texts);
    expect(new Set(upstream.received.map(({ body }) => String(body))).size).toBe(9);
  });

  it("is reported with its status, or with why there was none", async () => {
    upstream.answer = json(503, {});
    expect((await users.send("a")).status).toBe(503);
    upstream.answer = (_request, response) => void response.destroy();
    expect((await users.send("b")).status).toMatch(/hang up|ECONNRESET/);
    expect(upstream.received).toHaveLength(2); // none was sent twice
  });
});

describe("the capacity", () => {
  it("is what is answered a second, whatever the number of connections", async () => {
    expect(await users.capacity(3, 100)).toBeGreaterThan(1);
  });

  it("is an error when nothing is answered", async () => {
    upstream.answer = json(500, {});
    await expect(users.capacity(2, 50)).rejects.toThrow("answers nobody");
  });
});

describe("a load", () => {
  it("goes on at its rate while answers are missing, and waits for them in the end", async () => {
    const waiting: (() => void)[] = [];
    upstream.answer = (_request, response) => void waiting.push(() => response.end());
    const done: UserRequest[] = [];
    const load = new Load(
      () => users.send("load"),
      200,
      (request) => done.push(request),
    );
    await until(() => waiting.length >= 10, 10_000);
    expect(done).toEqual([]);
    const stopped = load.stop();
    upstream.answer = json(200, {}); // what is still on its way
    for (const answer of waiting) answer();
    await stopped;
    expect(done).toHaveLength(upstream.received.length);
  });

  it("does not bury what cannot keep up", async () => {
    let open = 0;
    const answers: ((request: UserRequest) => void)[] = [];
    const load = new Load(
      () => {
        open += 1;
        return new Promise((resolve) => answers.push(resolve));
      },
      100_000,
      () => undefined,
    );
    await until(() => open === 20, 10_000);
    load.cancel();
    for (const answer of answers) answer({ id: "", atMs: 0, ms: 0, status: 200 });
    await load.stop();
    expect(open).toBe(20);
  });

  it("changes its rate on the way", async () => {
    const done: UserRequest[] = [];
    const load = new Load(
      () => users.send("load"),
      0,
      (request) => done.push(request),
    );
    load.perSecond = 300;
    await until(() => done.length >= 5, 10_000);
    await load.stop();
    expect(done.every(({ status }) => status === 200)).toBe(true);
  });
});

describe("people who sign in", () => {
  const CALLBACK = "http://localhost:3000/callback";
  const pool = () => ({ awsUrl: upstream.url, userPoolId: "pool", peopleClientId: "people" });
  const formOf = (url: string) =>
    upstream.received
      .filter((request) => request.url === url)
      .map(({ body }) => Object.fromEntries(new URLSearchParams(body.toString())));

  /** An emulated Cognito that answers the sign-in's form with this address. */
  function cognito(location: string | undefined, callbacks: readonly string[] = [CALLBACK]): Upstream["answer"] {
    return (request, response) => {
      if (request.url === "/login") {
        response.writeHead(302, location === undefined ? {} : { location }).end();
      } else if (request.url === "/oauth2/token") {
        const code = new URLSearchParams(request.body.toString()).get("code");
        const isRight = code === "the-code";
        json(isRight ? 200 : 400, isRight ? { access_token: "a-token" } : { error: "invalid_grant" })(
          request,
          response,
        );
      } else json(200, { UserPoolClient: { CallbackURLs: callbacks } })(request, response);
    };
  }

  it("are new ones, with a token each, by the code grant with PKCE", async () => {
    upstream.answer = cognito(`${CALLBACK}?code=the-code`);
    expect(await signInPeople(pool(), 2)).toEqual(["a-token", "a-token"]);
    const forms = formOf("/login");
    expect(new Set(forms.map(({ username }) => username)).size).toBe(2);
    for (const { client_id, redirect_uri, response_type, code_challenge_method } of forms) {
      expect([client_id, redirect_uri, response_type, code_challenge_method]).toEqual([
        "people",
        CALLBACK,
        "code",
        "S256",
      ]);
    }
    const challenges = formOf("/oauth2/token").map(({ code_verifier = "" }) =>
      createHash("sha256").update(code_verifier).digest("base64url"),
    );
    expect(challenges.sort()).toEqual(forms.map(({ code_challenge }) => code_challenge).sort());
  });

  it.each([
    ["is not redirected", undefined],
    ["is sent back without a code", `${CALLBACK}?error=access_denied`],
  ])("are told of when one %s", async (_name, location) => {
    upstream.answer = cognito(location);
    await expect(signInPeople(pool(), 1)).rejects.toThrow("the emulated Cognito signed nobody in");
  });

  it("need the app client's callback URL", async () => {
    upstream.answer = cognito(undefined, []);
    await expect(signInPeople(pool(), 1)).rejects.toThrow("the callback URL of the people's app client is missing");
    expect(formOf("/login")).toEqual([]);
  });
});
