// One id per request that ties response, logs and model invocation together.
import { randomUUID } from "node:crypto";

const ACCEPTED = /^[A-Za-z0-9._-]{1,64}$/; // also valid as a SageMaker InferenceId (printable, <= 64)

/** The client's `x-correlation-id` when it is well-formed, else a new UUID. */
export function correlationId(header: string | undefined): string {
  return header !== undefined && ACCEPTED.test(header) ? header : randomUUID();
}
