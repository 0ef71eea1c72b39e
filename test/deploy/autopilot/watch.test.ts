// Looking at a job through the real SDK, which retries what AWS throttles.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { awaitModel, findJob } from "../../../deploy/autopilot/watch";
import { portOf } from "../../../deploy/local/ports";
import { openStage, type Stage } from "../../../deploy/release/stage";
import { recorded } from "./recorded";

interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body: string;
}

let server: Server;
let stage: Stage;
let answers: Answer[];
let looks: number;

beforeEach(async () => {
  looks = 0;
  server = createServer((request, response) => {
    request.resume().on("end", () => {
      looks += 1;
      const { status, type, body } = answers.shift() ?? { status: 500, body: "{}" };
      const errorType = type === undefined ? {} : { "x-amzn-errortype": type };
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1", ...errorType }).end(body);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const endpoint = `http://127.0.0.1:${portOf(server)}`;
  const sageMaker = new SageMakerClient({ endpoint, region: "us-east-1", credentials, maxAttempts: 6 });
  const opened = openStage("prod");
  stage = { ...opened, pollMs: 1, aws: { ...opened.aws, sageMaker } };
});
afterEach(async () => {
  jest.restoreAllMocks();
  stage.aws.sageMaker.destroy();
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

/** On the wire times are seconds. */
const described = (name: string): Answer => ({
  status: 200,
  body: recorded(name).replace(/"(2026-[^"]+)"/g, (_, time: string) => String(Date.parse(time) / 1000)),
});
const refusal = (type: string, message: string): Answer => ({
  status: 400,
  type,
  body: JSON.stringify({ __type: type, Message: message }),
});
const interruption = () => ({ signal: new AbortController().signal, goesOn: "" });

it("goes on when AWS throttles a look", async () => {
  answers = [described("in-progress"), refusal("ThrottlingException", "Rate exceeded"), described("completed")];
  jest.spyOn(console, "log").mockImplementation();
  await expect(awaitModel(stage, "serin-prod-reviews", interruption())).resolves.toMatchObject({
    CandidateName: "serin-prod-reviews-trial-1",
  });
  expect(looks).toBe(3);
});

it("tells a job that does not exist from one that it may not see", async () => {
  answers = [refusal("ResourceNotFound", "Could not find AutoML job.")];
  await expect(findJob(stage, "none")).resolves.toBeUndefined();
  answers = [
    refusal("AccessDeniedException", "User: x is not authorized to perform: sagemaker:DescribeAutoMLJobV2 on y"),
  ];
  await expect(findJob(stage, "none")).rejects.toThrow("not authorized");
});
