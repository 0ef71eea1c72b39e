// A SageMaker Runtime on loopback whose answers a test chooses, so that the real SDK meets real timeouts and errors.

import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { portOf } from "../../deploy/local/ports";

export interface Invocation {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers one invocation; an answer that never ends the response hangs. */
export type Answer = (response: ServerResponse) => void;

export interface SageMakerServer {
  readonly client: SageMakerRuntimeClient;
  readonly invocations: Invocation[];
  /** What to answer to the next invocations; the last answer repeats. */
  answers: Answer[];
  close(): Promise<void>;
}

export const prediction: Answer = (response) => {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ label: "positive", scores: { positive: 0.8, neutral: 0.15, negative: 0.05 } }));
};

/** An error as SageMaker Runtime words it. */
export function awsError(status: number, type: string, body: object = {}): Answer {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json", "x-amzn-errortype": type });
    response.end(JSON.stringify(body));
  };
}

export const hang: Answer = () => undefined;

export async function startSageMaker(): Promise<SageMakerServer> {
  const invocations: Invocation[] = [];
  const state = { answers: [prediction] };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      invocations.push({ path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString() });
      const answer = state.answers.length > 1 ? state.answers.shift() : state.answers[0];
      answer?.(response);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  const client = new SageMakerRuntimeClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
  return Object.assign(state, {
    client,
    invocations,
    close: async () => {
      client.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  });
}
