// Users' arrival times in DynamoDB, written by conditional UpdateItem only.
import { ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { ArrivalStore, Write } from "./gcra";

interface ConditionalUpdate {
  readonly update: string;
  readonly condition: string;
  readonly values: Readonly<Record<string, number>>;
}

/** Seconds an item outlives its arrival time, so that TTL never removes one that still limits somebody. */
const KEPT_SECONDS = 3600;

/**
 * Items are `{user: S, tat: N (ms), expiresAt: N (s, the table's TTL attribute)}`.
 * @throws whatever the client throws, but for failed conditions.
 */
export function dynamoDbStore(client: DynamoDBClient, table: string): ArrivalStore {
  const write = (user: string, now: number, update: ConditionalUpdate) =>
    conditionalWrite(client, table, user, now, update);
  return {
    startFrom: (user, now, increment) =>
      write(user, now, {
        update: "SET tat = :next, expiresAt = :expiresAt",
        condition: "attribute_not_exists(tat) OR tat <= :now",
        values: { ":next": now + increment, ":now": now },
      }),
    advance: (user, now, increment, latest) =>
      write(user, now, {
        update: "SET tat = tat + :increment, expiresAt = :expiresAt",
        condition: "tat > :now AND tat <= :latest",
        values: { ":increment": increment, ":now": now, ":latest": latest },
      }),
  };
}

async function conditionalWrite(
  client: DynamoDBClient,
  table: string,
  user: string,
  now: number,
  { update, condition, values }: ConditionalUpdate,
): Promise<Write> {
  const numbers = { ...values, ":expiresAt": Math.ceil(now / 1000) + KEPT_SECONDS };
  const command = new UpdateItemCommand({
    TableName: table,
    Key: { user: { S: user } },
    UpdateExpression: update,
    ConditionExpression: condition,
    ExpressionAttributeValues: Object.fromEntries(Object.entries(numbers).map(([name, n]) => [name, { N: String(n) }])),
    ReturnValues: "UPDATED_NEW",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  });
  try {
    const { Attributes } = await client.send(command);
    return { applied: true, tat: Number(Attributes?.["tat"]?.N) };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const tat = error.Item?.["tat"]?.N;
    return { applied: false, tat: tat === undefined ? undefined : Number(tat) };
  }
}
