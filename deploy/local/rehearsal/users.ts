// People who use the service during a rehearsal: each signs in as in a browser and has a quota of their own.
import { createHash, randomBytes, randomUUID } from "node:crypto";
import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  DescribeUserPoolClientCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { clientConfig } from "../aws";
import { hasStrings } from "../has-strings";
import { present } from "../present";
import type { Target } from "../state";

type Pool = Pick<Target, "awsUrl" | "userPoolId" | "peopleClientId">;

const SCOPES = "openid email serin/predict";

/**
 * Makes new people in the emulated user pool and signs them in.
 * @returns One access token each, valid for an hour.
 */
export async function signInPeople(pool: Pool, count: number): Promise<string[]> {
  const cognito = new CognitoIdentityProviderClient(clientConfig(pool.awsUrl));
  const { UserPoolClient } = await cognito.send(
    new DescribeUserPoolClientCommand({ UserPoolId: pool.userPoolId, ClientId: pool.peopleClientId }),
  );
  const callback = present(UserPoolClient?.CallbackURLs?.[0], "the callback URL of the people's app client");
  return Promise.all(Array.from({ length: count }, () => signIn(pool, cognito, callback)));
}

/** The authorization code grant with PKCE (RFC 7636), with the hosted sign-in's form filled in. */
async function signIn(pool: Pool, cognito: CognitoIdentityProviderClient, callback: string): Promise<string> {
  const user = { UserPoolId: pool.userPoolId, Username: `${randomUUID()}@example.com` };
  const password = `${randomUUID()}-Aa1`;
  await cognito.send(new AdminCreateUserCommand({ ...user, MessageAction: "SUPPRESS" }));
  await cognito.send(new AdminSetUserPasswordCommand({ ...user, Password: password, Permanent: true }));
  const verifier = randomBytes(32).toString("base64url");
  const client = { client_id: pool.peopleClientId, redirect_uri: callback };
  const form = await post(`${pool.awsUrl}/login`, {
    ...client,
    username: user.Username,
    password,
    scope: SCOPES,
    response_type: "code",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const code = new URL(form.headers.get("location") ?? callback).searchParams.get("code") ?? "";
  const grant = { ...client, grant_type: "authorization_code", code, code_verifier: verifier };
  const tokens: unknown = await (await post(`${pool.awsUrl}/oauth2/token`, grant)).json();
  if (!hasStrings(tokens, ["access_token"])) throw new Error("the emulated Cognito signed nobody in");
  return tokens.access_token;
}

function post(url: string, form: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(url, { method: "POST", body: new URLSearchParams(form), redirect: "manual" });
}
