// The handler as serverless.yml wires it, by its environment alone, before a SageMaker on loopback and without DynamoDB.
import { textsToScore } from "../../src/explain/attribution";
import { partsOf } from "../../src/explain/words";
import { apiEvent } from "../api-event";
import { startCapture } from "../capture-stdout";
import { startSageMaker } from "../model-client/sagemaker-server";

const TEXT = "so good";
const nobody = "http://127.0.0.1:1";
const environment = {
  STAGE: "test",
  MODEL_ENDPOINT: "serin-test",
  MODEL_VERSION: "m1",
  MODEL_FORMAT: "serin",
  MODEL_BUDGET_MS: "5000",
  RATE_LIMIT_TABLE: "table",
  RATE_LIMIT_TIMEOUT_MS: "100",
  RATE_LIMIT_ON_FAILURE: "allow",
  DOCS_URL: "/docs/errors",
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  AWS_ENDPOINT_URL_DYNAMODB: nobody,
};

it("explains with what its environment names", async () => {
  const sageMaker = await startSageMaker();
  const output = startCapture();
  try {
    const endpoint = await sageMaker.client.config.endpoint?.();
    const url = `http://${endpoint?.hostname}:${endpoint?.port}`;
    const own = { ...environment, AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: url };
    jest.replaceProperty(process, "env", { ...process.env, ...own });
    const line = JSON.stringify({ label: "positive", scores: { positive: 0.8, neutral: 0.15, negative: 0.05 } });
    sageMaker.answers = [(response) => response.end(`${line}\n`.repeat(textsToScore(TEXT, partsOf(TEXT)).length))];
    const { handler } = await import("../../src/explain/handler");
    const event = apiEvent({ body: JSON.stringify({ text: TEXT }) });
    expect(await handler(event, { functionVersion: "$LATEST" })).toMatchObject({ statusCode: 200 });
    expect(sageMaker.invocations).toMatchObject([{ path: "/endpoints/serin-test/invocations" }]);
    expect(output.lines()).toMatchObject([{ rate_limiter: "failed", model_version: "m1" }, { service: "explain" }]);
  } finally {
    output.stop();
    jest.restoreAllMocks();
    await sageMaker.close();
  }
});
