// The deployment that global-setup.ts started, as a client and as an operator see it.
import { DeleteItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { clientConfig } from "../../deploy/local/aws";
import { stackOutputs } from "../../deploy/local/stack";
import { readTarget, stateOf, type Target } from "../../deploy/local/state";

/** The running target. */
export function sharedTarget(): Target {
  return readTarget(stateOf({ SERIN_STATE: process.env["SERIN_E2E_STATE"] }));
}

/** Gives the machine client its whole quota back. */
export async function resetQuota(target: Target): Promise<void> {
  const output = await stackOutputs(target.awsUrl);
  const key = { user: { S: target.machineClientId } };
  await new DynamoDBClient(clientConfig(target.awsUrl)).send(
    new DeleteItemCommand({ TableName: output("RateLimitTableName"), Key: key }),
  );
}

interface Call {
  readonly token?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** POST /predict at the front door. */
export const predict = (target: Target, call: Call): Promise<Response> => post(target, "/predict", call);

/** POST /explain at the front door. */
export const explain = (target: Target, call: Call): Promise<Response> => post(target, "/explain", call);

async function post(
  target: Target,
  path: string,
  { token, body, headers = { "content-type": "application/json" } }: Call,
): Promise<Response> {
  return fetch(`${target.url}${path}`, {
    method: "POST",
    headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    ...(body !== undefined && { body }),
  });
}
