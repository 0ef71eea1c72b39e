// Ports on the loopback interface.
import { once } from "node:events";
import { createServer } from "node:net";
import { UserError } from "./user-error";

async function listen(port: number): Promise<number> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening"); // rejects on "error"
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : port;
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
