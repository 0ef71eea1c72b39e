// Jest set-up: Node's own errors come from outside Jest's realm, where `instanceof Error` would not know them as errors.
import { isNativeError } from "node:util/types";

Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: unknown, candidate: unknown): boolean {
    if (this === Error) return isNativeError(candidate);
    return Function.prototype[Symbol.hasInstance].call(this, candidate);
  },
});
