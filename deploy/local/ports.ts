// Ports on the loopback interface.
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { UserError } from "./user-error";

/**
 * The port on which a server listens.
 * @throws Error when it listens on none.
 */
export function portOf(server: Server): number {
  const address = server.address();
  if (typeof address === "object" && address !== null) return address.port;
  throw new Error("the server listens on no port");
}

async function listen(port: number): Promise<number> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening"); // rejects on "error"
  const free = portOf(server);
  server.close();
  await once(server, "close");
  return free;
}

/** A port that nobody listens on right now. */
export async function freePort(): Promise<number> {
  return listen(0);
}

/**
 * The front door's port: 3000, or $PORT.
 * @throws UserError when it is no port, or when somebody listens on it.
 */
export async function frontDoorPort(environment: NodeJS.ProcessEnv = process.env): Promise<number> {
  const port = Number(environment["PORT"] || 3000); // an empty variable counts as none
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UserError(`PORT must be a whole number from 0 to 65535, not "${environment["PORT"]}".`);
  }
  try {
    return await listen(port);
  } catch {
    throw new UserError(
      `Port ${port} is in use; stop what listens there, or choose another: PORT=${port + 1} npm start`,
    );
  }
}
