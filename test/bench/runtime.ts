// SageMaker Runtime's address in front of a model server, as thin as can be: it only changes the path.

import { once } from "node:events";
import { Agent, createServer, request as httpRequest } from "node:http";
import { portOf } from "../../deploy/local/ports";

interface Runtime {
  readonly url: string;
  /** Milliseconds of each invocation, from its begin to the end of its answer. */
  readonly tookMs: readonly number[];
  close(): Promise<void>;
}

/** @param modelUrl - The model server. */
export async function startRuntime(modelUrl: string): Promise<Runtime> {
  const tookMs: number[] = [];
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, outgoing) => {
    const { method, headers } = incoming;
    const startedAt = performance.now();
    outgoing.once("finish", () => tookMs.push(performance.now() - startedAt));
    const forwarded = httpRequest(`${modelUrl}/invocations`, { agent, method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.once("error", () => outgoing.destroy());
    incoming.pipe(forwarded);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  return {
    url: `http://127.0.0.1:${port}`,
    tookMs,
    close: async () => {
      server.closeAllConnections();
      server.close();
      agent.destroy();
      await once(server, "close");
    },
  };
}
