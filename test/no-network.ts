// Jest set-up of the unit tests: connections to anything but this machine fail at once.
import { Socket } from "node:net";

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);
const connect = Socket.prototype.connect;

function hostOf(options: unknown): unknown {
  const [first] = Array.isArray(options) ? options : [options]; // net.connect() passes its normalised arguments on
  return typeof first === "object" && first !== null ? (Reflect.get(first, "host") ?? "localhost") : "localhost";
}

Socket.prototype.connect = function (this: Socket, ...args: Parameters<typeof connect>) {
  const host = hostOf(args[0]);
  if (!LOOPBACK.has(String(host))) throw new Error(`unit tests cannot reach the network (${String(host)})`);
  return connect.apply(this, args);
};
