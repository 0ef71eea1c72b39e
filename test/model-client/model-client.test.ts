import { SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { FORMATS } from "../../src/model-client/format";
import {
  batchModelClient,
  type ModelClient,
  ModelUnavailableError,
  modelClient,
} from "../../src/model-client/model-client";
import answers from "../deploy/autopilot/recorded/invoke-endpoint.json";
import { type Answer, awsError, hang, prediction, type SageMakerServer, startSageMaker } from "./sagemaker-server";

let sageMaker: SageMakerServer;

beforeEach(async () => {
  sageMaker = await startSageMaker();
});
afterEach(() => sageMaker.close());

function client(budgetMs = 5_000): ModelClient {
  const options = { client: sageMaker.client, endpoint: "serin-test", format: FORMATS.serin, budgetMs };
  return modelClient({ ...options, random: () => 0 });
}

const json =
  (body: string): Answer =>
  (response) => {
    response.end(body);
  };

describe("modelClient", () => {
  it("sends the text and the correlation id, and returns the checked prediction", async () => {
    await expect(client()("good", "id-1")).resolves.toEqual({
      label: "positive",
      scores: { positive: 0.8, neutral: 0.15, negative: 0.05 },
    });
    expect(sageMaker.invocations).toHaveLength(1);
    expect(sageMaker.invocations[0]).toMatchObject({
      path: "/endpoints/serin-test/invocations",
      body: '{"text":"good"}',
      headers: { "content-type": "application/json", "x-amzn-sagemaker-inference-id": "id-1" },
    });
  });

  it("asks a model of Autopilot's in its format", async () => {
    sageMaker.answers = [json(JSON.stringify(answers.threeLabels))];
    const options = { client: sageMaker.client, endpoint: "serin-test", format: FORMATS.autopilot, budgetMs: 5_000 };
    await expect(modelClient(options)("fine, thanks", "id-1")).resolves.toMatchObject({ label: "positive" });
    expect(sageMaker.invocations[0]).toMatchObject({
      body: '"fine, thanks"\n',
      headers: { "content-type": "text/csv", accept: "application/json" },
    });
  });

  const transient: [string, Answer][] = [
    ["throttling", awsError(400, "ThrottlingException")],
    ["a 500 of the service", awsError(500, "InternalFailure")],
    ["an unavailable service", awsError(503, "ServiceUnavailable")],
    ["a 500 of the container", awsError(424, "ModelError", { OriginalStatusCode: 500 })],
    ["a failure of the container without a status", awsError(424, "ModelError")],
    ["a broken connection", (response) => response.destroy()],
  ];
  it.each(transient)("retries once after %s", async (_name, failure) => {
    sageMaker.answers = [failure, prediction];
    await expect(client()("good", "id")).resolves.toMatchObject({ label: "positive" });
    expect(sageMaker.invocations).toHaveLength(2);
  });

  it("gives up a hanging attempt early enough for a second one", async () => {
    sageMaker.answers = [hang, prediction];
    await expect(client(1_000)("good", "id")).resolves.toMatchObject({ label: "positive" });
  });

  const hopeless: [string, Answer, ModelUnavailableError["reason"], number][] = [
    ["a slow endpoint", hang, "timeout", 2],
    ["lasting throttling", awsError(400, "ThrottlingException"), "throttled", 2],
    ["lasting failures", awsError(500, "InternalFailure"), "failed", 2],
    ["a refused input, without retry", awsError(424, "ModelError", { OriginalStatusCode: 400 }), "failed", 1],
    ["a missing right, without retry", awsError(403, "AccessDeniedException"), "failed", 1],
    ["an unknown endpoint, without retry", awsError(400, "ValidationError"), "failed", 1],
    ["an answer that is not JSON", json("<html>"), "invalid_answer", 1],
    ["an empty answer", json(""), "invalid_answer", 1],
    [
      "an unknown label",
      json('{"label":"mixed","scores":{"positive":1,"neutral":0,"negative":0}}'),
      "invalid_answer",
      1,
    ],
    ["a missing score", json('{"label":"positive","scores":{"positive":1,"neutral":0}}'), "invalid_answer", 1],
    [
      "an impossible score",
      json('{"label":"positive","scores":{"positive":7,"neutral":0,"negative":0}}'),
      "invalid_answer",
      1,
    ],
  ];
  it.each(hopeless)("is unavailable after %s", async (_name, answer, reason, attempts) => {
    sageMaker.answers = [answer];
    const error = await client(1_000)("good", "id").catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ModelUnavailableError);
    expect(error).toMatchObject({ reason });
    expect(sageMaker.invocations).toHaveLength(attempts);
  });

  it("is unavailable when nobody listens", async () => {
    const nobody = new SageMakerRuntimeClient({
      endpoint: "http://127.0.0.1:1",
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
    });
    const options = { client: nobody, endpoint: "serin-test", format: FORMATS.serin, budgetMs: 5_000 };
    const call = modelClient(options)("good", "id");
    await expect(call).rejects.toMatchObject({ name: "ModelUnavailableError", reason: "failed" });
  });
});

describe("batchModelClient", () => {
  const batch = () =>
    batchModelClient({ client: sageMaker.client, endpoint: "serin-test", format: FORMATS.serin, budgetMs: 1_000 });
  const line = JSON.stringify({ label: "positive", scores: { positive: 0.8, neutral: 0.15, negative: 0.05 } });

  it("asks for all texts with one invocation", async () => {
    sageMaker.answers = [json(`${line}\n${line}\n`)];
    await expect(batch()(["good", "fine"], "id-1")).resolves.toHaveLength(2);
    expect(sageMaker.invocations).toHaveLength(1);
    expect(sageMaker.invocations[0]).toMatchObject({
      path: "/endpoints/serin-test/invocations",
      body: '{"text":"good"}\n{"text":"fine"}\n',
      headers: {
        "content-type": "application/jsonlines",
        accept: "application/jsonlines",
        "x-amzn-sagemaker-inference-id": "id-1",
      },
    });
  });

  it("retries as a single prediction does", async () => {
    sageMaker.answers = [awsError(400, "ThrottlingException"), json(`${line}\n`)];
    await expect(batch()(["good"], "id")).resolves.toHaveLength(1);
  });

  it.each([`${line}\n`, `${line}\n${line}\n${line}\n`, "<html>"])(
    "believes no answer of other texts (%#)",
    async (body) => {
      sageMaker.answers = [json(body)];
      await expect(batch()(["good", "fine"], "id")).rejects.toMatchObject({ reason: "invalid_answer" });
    },
  );
});
