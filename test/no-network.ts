// Jest set-up of the unit tests: connections to anything but this machine fail at once, and the shell's AWS region counts for nothing.
import { Socket } from "node:net";

delete process.env["AWS_REGION"];

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);
const { connect } = Socket.prototype;

function hostOf(options: unknown): unknown {
  const [first] = Array.isArray(options) ? options : [options]; // net.connect() passes its normalised arguments on
  return typeof first === "object" && first !== null ? (Reflect.get(first, "host") ?? "localhost") : "localhost";
}

Object.defineProperty(Socket.prototype, "connect", {
  value(this: Socket, ...args: unknown[]): unknown {
    const host = String(hostOf(args[0]));
    if (!LOOPBACK.has(host)) throw new Error(`unit tests cannot reach the network (${host})`);
    return Reflect.apply(connect, this, args);
  },
});
