// SageMaker Runtime's address in front of a model server, as thin as can be: it only changes the path.

import { once } from "node:events";
import { Agent, createServer, request as httpRequest } from "node:http";
import { portOf } from "../../deploy/local/ports";

/** @param modelUrl - The model server. */
export async function startRuntime(modelUrl: string): Promise<{ url: string; close(): Promise<void> }> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, outgoing) => {
    const { method, headers } = incoming;
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
    close: async () => {
      server.closeAllConnections();
      server.close();
      agent.destroy();
      await once(server, "close");
    },
  };
}
