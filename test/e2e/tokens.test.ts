// What the deployed authorizer lets through, with tokens really issued, tampered with, expired.

import { execFileSync } from "node:child_process";
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSign,
  generateKeyPairSync,
  type JsonWebKey,
} from "node:crypto";
import {
  CognitoIdentityProviderClient,
  CreateResourceServerCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { clientConfig } from "../../deploy/local/aws";
import { signInPeople } from "../../deploy/local/rehearsal/users";
import { clientCredentials, issueToken, signInPerson } from "../../deploy/local/tokens";
import { ROOT } from "../../deploy/root";
import { until } from "../until";
import { predict, resetQuota, sharedTarget } from "./shared-target";

const target = sharedTarget();
const body = '{"text":"good"}';
let good: string;
beforeAll(async () => {
  good = await issueToken(target, {});
});
beforeEach(() => resetQuota(target));

const statusWith = async (token?: string) =>
  (await predict(target, { body, ...(token !== undefined && { token }) })).status;
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
const decode = (part = ""): Record<string, unknown> => JSON.parse(Buffer.from(part, "base64url").toString());

function parts(token: string) {
  const [header, payload, signature = ""] = token.split(".");
  return { header: decode(header), payload: decode(payload), signature };
}

function signedBy(sign: (input: string) => string, header: object, payload: object): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${sign(input)}`;
}

async function publicKey(): Promise<JsonWebKey> {
  const response = await fetch(`${target.awsUrl}/${target.userPoolId}/.well-known/jwks.json`);
  return JSON.parse(await response.text()).keys[0];
}

describe("the authorizer", () => {
  it("accepts a machine's token", async () => {
    expect(await statusWith(good)).toBe(200);
  });

  it("refuses a request without a token, and one with garbage", async () => {
    expect(await statusWith()).toBe(401);
    expect(await statusWith("garbage")).toBe(401);
    expect(await statusWith("a.b.c")).toBe(401);
  });

  it("refuses alg none", async () => {
    const { header, payload } = parts(good);
    expect(await statusWith(`${encode({ ...header, alg: "none" })}.${encode(payload)}.`)).toBe(401);
  });

  it("refuses HS256 signed with the public key", async () => {
    const pem = createPublicKey({ key: await publicKey(), format: "jwk" }).export({ type: "spki", format: "pem" });
    const { header, payload } = parts(good);
    const sign = (input: string) => createHmac("sha256", pem).update(input).digest("base64url");
    expect(await statusWith(signedBy(sign, { ...header, alg: "HS256" }, payload))).toBe(401);
  });

  it("refuses a tampered payload", async () => {
    const { header, payload, signature } = parts(good);
    expect(await statusWith(`${encode(header)}.${encode({ ...payload, sub: "somebody-else" })}.${signature}`)).toBe(
      401,
    );
  });

  it("refuses another key that claims the same kid", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const { header, payload } = parts(good);
    const sign = (input: string) =>
      createSign("RSA-SHA256")
        .update(input)
        .sign(createPrivateKey(privateKey.export({ type: "pkcs8", format: "pem" })), "base64url");
    expect(await statusWith(signedBy(sign, header, payload))).toBe(401);
  });

  it("refuses another user pool", async () => {
    const cognito = new CognitoIdentityProviderClient(clientConfig(target.awsUrl));
    const { UserPool } = await cognito.send(new CreateUserPoolCommand({ PoolName: "another" }));
    const pool = { UserPoolId: UserPool?.Id ?? "" };
    const scopes = [{ ScopeName: "predict", ScopeDescription: "the same name" }];
    await cognito.send(
      new CreateResourceServerCommand({ ...pool, Identifier: "serin", Name: "serin", Scopes: scopes }),
    );
    const { UserPoolClient } = await cognito.send(
      new CreateUserPoolClientCommand({
        ...pool,
        ClientName: "machine",
        GenerateSecret: true,
        AllowedOAuthFlowsUserPoolClient: true,
        AllowedOAuthFlows: ["client_credentials"],
        AllowedOAuthScopes: ["serin/predict"],
      }),
    );
    expect(await statusWith(await clientCredentials(target, UserPoolClient ?? {}, ["serin/predict"]))).toBe(401);
  });

  it("refuses a client of the pool that is not in the audience", async () => {
    expect(await statusWith(await issueToken(target, { client: "other" }))).toBe(401);
  });

  it("refuses a token once it has really expired", async () => {
    const token = await issueToken(target, { client: "short-lived" });
    expect(await statusWith(token)).toBe(200);
    await until(async () => (await statusWith(token)) === 401, 30_000);
  }, 40_000);

  it("refuses a token without the scope with 403", async () => {
    expect(await statusWith(await issueToken(target, { scope: false }))).toBe(403);
    expect(await statusWith(await issueToken(target, { scope: "serin/explain" }))).toBe(403);
  });

  it("refuses an ID token, which holds no scope, with 403", async () => {
    expect(await statusWith((await signInPerson(target)).idToken)).toBe(403);
  });
});

describe("npm run token", () => {
  const run = (...args: string[]) =>
    execFileSync("npm", ["run", "--silent", "token", "--", ...args], {
      cwd: ROOT,
      env: { ...process.env, SERIN_STATE: process.env["SERIN_E2E_STATE"] },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });

  it.each([
    [[], 200],
    [["--client", "machine"], 200],
    [["--client", "other"], 401],
    [["--client", "short-lived"], 200],
    [["--scope", "serin/predict"], 200],
    [["--no-scope"], 403],
  ])("prints a token for %j and nothing else", async (args, status) => {
    const printed = run(...args);
    expect(printed).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(await statusWith(printed.trim())).toBe(status);
  });

  it("names the clients there are", () => {
    expect(() => run("--client", "nobody")).toThrow(/machine, other, short-lived/);
  });
});

it("people who sign in have a quota of their own each", async () => {
  const tokens = await signInPeople(target, 3);
  const responses = await Promise.all(tokens.map((token) => predict(target, { token, body })));
  const quota = responses.map(({ status, headers }) => [status, headers.get("ratelimit-remaining")]);
  expect(quota).toEqual(Array(3).fill([200, "199"]));
});
