// What may happen to a request of the API, so that each operation's document has an answer for it.
import { TEXT_REQUEST } from "../../src/http/text-request";
import { ModelUnavailableError } from "../../src/model-client/model-client";
import type { ArrivalStore, Write } from "../../src/rate-limit/gcra";
import { type RateLimitGuard, rateLimitGuard } from "../../src/rate-limit/guard";
import type { ExampleRequest } from "./answer";

/** A request, and what it meets. */
export interface Scenario extends Partial<ExampleRequest> {
  /** ms by which the user's arrival time (TAT) is ahead; "down" when the store fails. */
  readonly backlog?: number | "down";
  /** What is thrown where the operation gets its answer from. */
  readonly failure?: Error;
}

/** The text of the examples. */
export const [TEXT] = TEXT_REQUEST.properties.text.examples;

/** The model of the examples. */
export const MODEL_VERSION = "4b1f7c02d9ae";

/** Problems that every operation can answer with. */
export const PROBLEMS_OF_ALL: readonly Scenario[] = [
  { user: "" },
  { backlog: 120_000 },
  { failure: new Error("a defect") },
  { backlog: "down" },
];

/** Problems of the operations that take a text and ask the model. */
export const PROBLEMS_OF_TEXTS: readonly Scenario[] = [
  { body: '{"text": "The support team' },
  { body: '{"txt": "The support team solved my problem."}' },
  { body: JSON.stringify({ text: TEXT.repeat(200) }) },
  { body: JSON.stringify({ text: TEXT.repeat(25) }) },
  { contentType: "text/plain" },
  { failure: new ModelUnavailableError("timeout") },
];

const NOW = 1_767_225_600_000;

/** The guard as it is when the user's arrival time is so far ahead. */
export function guardWith({ backlog = 0 }: Scenario): RateLimitGuard {
  return rateLimitGuard({ store: storeWith(backlog), onFailure: "deny", clock: () => NOW });
}

function storeWith(backlog: number | "down"): ArrivalStore {
  if (backlog === "down") {
    const fail = () => Promise.reject(new Error("the table does not answer"));
    return { startFrom: fail, advance: fail };
  }
  const tat = NOW + backlog;
  const write = (_user: string, now: number, increment: number): Promise<Write> =>
    Promise.resolve(tat > now ? { applied: false, tat } : { applied: true, tat: now + increment });
  return { startFrom: write, advance: write };
}
