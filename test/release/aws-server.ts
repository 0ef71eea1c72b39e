// Lambda and CodeDeploy on loopback, answering what a test chooses, so that the hook's real SDK clients meet real failures.
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { portOf } from "../../deploy/local/ports";

export interface Call {
  readonly path: string;
  readonly target: string | undefined;
  readonly body: unknown;
}

/** Answers one call; an answer that never ends the response hangs. */
export type Answer = (response: ServerResponse) => void;

export interface AwsServer {
  readonly url: string;
  /** What Lambda answers to Invoke. */
  lambda: Answer;
  /** What CodeDeploy answers, one after the other; the last one repeats. */
  codeDeploy: Answer[];
  readonly invocations: Call[];
  readonly reports: Call[];
  close(): Promise<void>;
}

/** A successful answer, with `x-amz-function-error` when the function failed. */
export function answer(payload: unknown, functionError?: string): Answer {
  return raw(JSON.stringify(payload), functionError);
}

export function raw(payload: string, functionError?: string): Answer {
  return (response) => {
    if (functionError !== undefined) response.setHeader("x-amz-function-error", functionError);
    response.end(payload);
  };
}

export function awsError(status: number, type: string, message: string): Answer {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json", "x-amzn-errortype": type });
    response.end(JSON.stringify({ __type: type, message }));
  };
}

export const hang: Answer = () => undefined;

export async function startAws(): Promise<AwsServer> {
  const server = createServer((request, response) => {
    void text(request).then((json) => {
      const target = request.headers["x-amz-target"];
      const call = { path: request.url ?? "", target: String(target), body: JSON.parse(json) };
      if (target === undefined) {
        aws.invocations.push(call);
        aws.lambda(response);
      } else {
        const reply = aws.codeDeploy[Math.min(aws.reports.push(call), aws.codeDeploy.length) - 1];
        reply?.(response);
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const aws: AwsServer = {
    url: `http://127.0.0.1:${portOf(server)}`,
    lambda: hang,
    codeDeploy: [answer({})],
    invocations: [],
    reports: [],
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return aws;
}
