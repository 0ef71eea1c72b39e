// POST /predict of a deployed stage, as a client calls it: every call has a correlation id, a timeout, and its time taken.
import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { UserError } from "../local/user-error";

/** A request; `token` null sends none. */
export interface Call {
  readonly body: string;
  readonly token?: string | null;
  readonly contentType?: string;
}

type Members = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body; empty when it is no JSON object. */
  readonly body: Members;
  /** From the call to the whole body. */
  readonly ms: number;
  /** The id that was sent along. */
  readonly correlationId: string;
}

/** No whole answer came in time. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

interface ApiOptions {
  readonly url: string;
  readonly token: string;
  readonly timeoutMs: number;
}

/** One deployed API. */
export class Api {
  private readonly address: string;

  /** @throws UserError for an address that is none, or that would show the token to the network. */
  constructor(private readonly options: ApiOptions) {
    this.address = addressOf(options.url);
  }

  /** @throws UserError when there is no connection, TimeoutError when there is no answer. */
  async call({ body, token = this.options.token, contentType = "application/json" }: Call): Promise<Answer> {
    const correlationId = `smoke-${randomUUID()}`;
    const headers = {
      "content-type": contentType,
      "x-correlation-id": correlationId,
      ...(token !== null && { authorization: `Bearer ${token}` }),
    };
    const startedAt = performance.now();
    const signal = AbortSignal.timeout(this.options.timeoutMs);
    try {
      const response = await fetch(this.address, { method: "POST", headers, body, signal, redirect: "manual" });
      const parsed = membersOf(await response.text());
      const ms = performance.now() - startedAt;
      return { status: response.status, headers: response.headers, body: parsed, ms, correlationId };
    } catch (error) {
      if (signal.aborted) throw new TimeoutError(`no answer within ${this.options.timeoutMs / 1000} s`);
      throw new UserError(`No connection to ${this.address} (${reasonOf(error)}); check --url and the network.`);
    }
  }

  /**
   * Waits for a model that is still starting: calls until the answer is not 503, as long as `Retry-After` says in between.
   * @returns how often it called.
   * @throws TimeoutError when the model would take longer than `limitMs`.
   */
  async warmUp(limitMs: number): Promise<number> {
    const deadline = performance.now() + limitMs;
    for (let calls = 1; ; calls += 1) {
      const { status, headers } = await this.call({ body: JSON.stringify({ text: "Are you awake?" }) });
      const waitMs = Number(headers.get("retry-after") ?? 1) * 1000;
      if (status !== 503) return calls;
      if (performance.now() + waitMs > deadline) throw new TimeoutError(`still 503 after ${limitMs / 1000} s`);
      await setTimeout(waitMs);
    }
  }
}

const LOCAL = new Set(["127.0.0.1", "localhost", "[::1]"]);

function addressOf(text: string): string {
  if (!URL.canParse(text)) throw new UserError(`--url ${text} is no address; give the output HttpApiUrl of the stack.`);
  const url = new URL(text);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && LOCAL.has(url.hostname)))
    throw new UserError(
      "--url must begin with https://, since the token goes there; http:// is for this machine only.",
    );
  return `${url.origin}${url.pathname.replace(/\/$/, "")}/predict`;
}

/** The code of a failed connection, such as ENOTFOUND; fetch hides it in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return String(Reflect.get(Object(cause), "code") ?? "it failed");
}

function membersOf(json: string): Members {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" ? { ...value } : {};
  } catch {
    return {};
  }
}
