import { ConditionalCheckFailedException, DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { dynamoDbStore } from "../../src/rate-limit/dynamodb-store";

const dynamoDb = mockClient(DynamoDBClient);
const store = dynamoDbStore(new DynamoDBClient({}), "table");

beforeEach(() => dynamoDb.reset());

function conditionFailed(tat?: string): ConditionalCheckFailedException {
  return new ConditionalCheckFailedException({
    $metadata: {},
    message: "The conditional request failed",
    ...(tat !== undefined && { Item: { tat: { N: tat } } }),
  });
}

describe("dynamoDbStore", () => {
  it("starts a quiet user's arrival time and sets an expiry in seconds", async () => {
    dynamoDb.on(UpdateItemCommand).resolves({ Attributes: { tat: { N: "2600" } } });
    await expect(store.startFrom("ann", 2_000, 600)).resolves.toEqual({ applied: true, tat: 2_600 });
    const input = dynamoDb.commandCalls(UpdateItemCommand)[0]?.args[0].input;
    expect(input).toMatchObject({
      TableName: "table",
      Key: { user: { S: "ann" } },
      ConditionExpression: "attribute_not_exists(tat) OR tat <= :now",
      ExpressionAttributeValues: { ":now": { N: "2000" }, ":next": { N: "2600" }, ":expiresAt": { N: "3602" } },
    });
  });

  it("advances a busy user's arrival time within the tolerance", async () => {
    dynamoDb.on(UpdateItemCommand).resolves({ Attributes: { tat: { N: "3600" } } });
    await expect(store.advance("ann", 2_000, 600, 9_000)).resolves.toEqual({ applied: true, tat: 3_600 });
    const input = dynamoDb.commandCalls(UpdateItemCommand)[0]?.args[0].input;
    expect(input?.ConditionExpression).toBe("tat > :now AND tat <= :latest");
    expect(input?.ExpressionAttributeValues).toMatchObject({ ":increment": { N: "600" }, ":latest": { N: "9000" } });
  });

  it("reports the arrival time that refused a write", async () => {
    dynamoDb.on(UpdateItemCommand).rejects(conditionFailed("7000"));
    await expect(store.advance("ann", 2_000, 600, 5_000)).resolves.toEqual({ applied: false, tat: 7_000 });
  });

  it("reports that there is no arrival time", async () => {
    dynamoDb.on(UpdateItemCommand).rejects(conditionFailed());
    await expect(store.advance("ann", 2_000, 600, 5_000)).resolves.toEqual({ applied: false, tat: undefined });
  });

  it("passes on every other failure", async () => {
    dynamoDb.on(UpdateItemCommand).rejects(new Error("connection refused"));
    await expect(store.startFrom("ann", 0, 600)).rejects.toThrow("connection refused");
  });
});
