// Tokens of the running local target, good ones and ones that the API must refuse, from the emulated Cognito.
import { randomUUID } from "node:crypto";
import {
  AdminCreateUserCommand,
  AdminInitiateAuthCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  DescribeUserPoolClientCommand,
  UpdateUserPoolClientCommand,
  type UserPoolClientType,
} from "@aws-sdk/client-cognito-identity-provider";
import { clientConfig } from "./aws";
import { hasStrings } from "./has-strings";
import { present } from "./present";
import type { Target } from "./state";
import { UserError } from "./user-error";

/** Whose token: `machine` is the deployed app client, `other` one of the same pool that the API does not accept, `short-lived` expires in seconds. */
export const TOKEN_CLIENTS = ["machine", "other", "short-lived"] as const;

/** What the API's operations ask for (deploy/auth.yml). */
export const SCOPES = ["serin/predict", "serin/explain"] as const;
type Scope = (typeof SCOPES)[number];

/** What kind of token to issue; a plain `{}` is one that the API accepts for an hour. */
export interface TokenRequest {
  readonly client?: (typeof TOKEN_CLIENTS)[number];
  /** The only scope of the token, instead of all; false for none, as a password sign-in gives. */
  readonly scope?: Scope | false;
}

type TokenTarget = Pick<Target, "awsUrl" | "userPoolId" | "machineClientId" | "peopleClientId">;

/** Seconds that a short-lived token is valid; Cognito itself allows no less than 5 minutes, its emulator does. */
const SHORT_LIVED_SECONDS = 10;

const cognitoOf = ({ awsUrl }: TokenTarget) => new CognitoIdentityProviderClient(clientConfig(awsUrl));

/** @throws UserError when the client can have no such token. */
export async function issueToken(target: TokenTarget, { client = "machine", scope }: TokenRequest): Promise<string> {
  if (scope === false) {
    if (client !== "machine") throw new UserError("--no-scope goes with --client machine only.");
    return (await signInPerson(target)).accessToken;
  }
  const scopes = scope === undefined ? SCOPES : [scope];
  if (client === "other") return clientCredentials(target, await createClient(target), scopes);
  const machine = await describeClient(target, target.machineClientId);
  if (client === "machine") return clientCredentials(target, machine, scopes);
  const short = { AccessTokenValidity: SHORT_LIVED_SECONDS, TokenValidityUnits: { AccessToken: "seconds" } } as const;
  return withChange(target, machine, short, () => clientCredentials(target, machine, scopes));
}

/**
 * Tokens of a new person who signs in with a password: they hold no custom scope, since only the hosted sign-in grants those.
 * Passwords are switched on for the moment of the sign-in; the deployed client allows SRP only.
 */
export async function signInPerson(target: TokenTarget): Promise<{ accessToken: string; idToken: string }> {
  const cognito = cognitoOf(target);
  const user = { UserPoolId: target.userPoolId, Username: `${randomUUID()}@example.com` };
  const password = `${randomUUID()}-Aa1`;
  await cognito.send(new AdminCreateUserCommand({ ...user, MessageAction: "SUPPRESS" }));
  await cognito.send(new AdminSetUserPasswordCommand({ ...user, Password: password, Permanent: true }));
  const people = await describeClient(target, target.peopleClientId);
  const signIn = new AdminInitiateAuthCommand({
    UserPoolId: target.userPoolId,
    ClientId: target.peopleClientId,
    AuthFlow: "ADMIN_USER_PASSWORD_AUTH",
    AuthParameters: { USERNAME: user.Username, PASSWORD: password },
  });
  const result = await withChange(target, people, { ExplicitAuthFlows: ["ALLOW_ADMIN_USER_PASSWORD_AUTH"] }, () =>
    cognito.send(signIn),
  );
  const tokens = result.AuthenticationResult;
  return {
    accessToken: present(tokens?.AccessToken, "the access token"),
    idToken: present(tokens?.IdToken, "the ID token"),
  };
}

/** The OAuth 2.0 client credentials grant (RFC 6749, section 4.4). */
export async function clientCredentials(
  target: TokenTarget,
  client: UserPoolClientType,
  scopes: readonly Scope[] = SCOPES,
): Promise<string> {
  const secret = Buffer.from(
    `${present(client.ClientId, "the client id")}:${present(client.ClientSecret, "the client secret")}`,
  ).toString("base64");
  const response = await fetch(`${target.awsUrl}/oauth2/token`, {
    method: "POST",
    headers: { authorization: `Basic ${secret}` },
    body: new URLSearchParams({ grant_type: "client_credentials", scope: scopes.join(" ") }),
  });
  if (!response.ok) throw new Error(`the token endpoint answered ${response.status}`);
  const body: unknown = await response.json();
  if (!hasStrings(body, ["access_token"])) throw new Error("the token endpoint gave no token");
  return body.access_token;
}

async function describeClient(target: TokenTarget, clientId: string): Promise<UserPoolClientType> {
  const cognito = cognitoOf(target);
  const { UserPoolClient } = await cognito.send(
    new DescribeUserPoolClientCommand({ UserPoolId: target.userPoolId, ClientId: clientId }),
  );
  return present(UserPoolClient, `app client ${clientId}`);
}

async function createClient(target: TokenTarget): Promise<UserPoolClientType> {
  const cognito = cognitoOf(target);
  const { UserPoolClient } = await cognito.send(
    new CreateUserPoolClientCommand({
      UserPoolId: target.userPoolId,
      ClientName: "other",
      GenerateSecret: true,
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ["client_credentials"],
      AllowedOAuthScopes: [...SCOPES],
    }),
  );
  return present(UserPoolClient, "the new app client");
}

/** Runs `use` while the app client has other settings, then puts the deployed ones back. */
async function withChange<T>(
  target: TokenTarget,
  client: UserPoolClientType,
  change: Partial<UserPoolClientType>,
  use: () => Promise<T>,
): Promise<T> {
  const cognito = cognitoOf(target);
  const { UserPoolId, ClientId } = client;
  const update = (settings: Partial<UserPoolClientType>) =>
    cognito.send(new UpdateUserPoolClientCommand({ ...client, ...settings, UserPoolId, ClientId }));
  await update(change);
  try {
    return await use();
  } finally {
    await update({});
  }
}
