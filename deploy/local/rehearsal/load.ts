// Users' requests to the API: one, as many as are answered, or a steady stream whose requests leave at their time.
import { Agent, request as open } from "node:http";

/** One request of a user, answered or not. */
export interface UserRequest {
  /** Correlation id. */
  readonly id: string;
  /** When it left, ms since the epoch. */
  readonly atMs: number;
  /** Milliseconds until the whole answer was there. */
  readonly ms: number;
  /** HTTP status, or why there was none. */
  readonly status: number | string;
}

interface UsersOptions {
  readonly apiUrl: string;
  /** One access token a user. */
  readonly tokens: readonly string[];
  readonly texts: readonly string[];
}

const TICK_MS = 10;
/** As long as API Gateway waits for an answer at most. */
const TIMEOUT_MS = 30_000;
/** Shorter than the emulator's keep-alive, so that no connection is closed just as a request leaves. */
const IDLE_MS = 10_000;
/** More than the emulator has sandboxes: where a machine cannot keep up, the stream waits rather than bury it in requests. */
const MOST_IN_FLIGHT = 20;

/** Everybody who uses the service. */
export class Users {
  private sent = 0;
  private readonly agent = new Agent({ keepAlive: true, timeout: IDLE_MS });

  constructor(private readonly options: UsersOptions) {}

  /** The next user's request, sent once. @param name - Begins its correlation id. */
  async send(name: string): Promise<UserRequest> {
    const { apiUrl, tokens, texts } = this.options;
    const serial = this.sent;
    this.sent += 1;
    const id = `${name}-${serial}`;
    const body = JSON.stringify({ text: `${texts[serial % texts.length]} (${serial})` }); // no two alike: no cache answers
    const headers = {
      authorization: `Bearer ${tokens[serial % tokens.length]}`,
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(body)),
      "x-correlation-id": id,
    };
    const atMs = Date.now();
    const startedAt = performance.now();
    const status = await post(`${apiUrl}/predict`, headers, body, this.agent);
    return { id, atMs, ms: performance.now() - startedAt, status };
  }

  /**
   * Requests a second that are answered with 200 when `connections` users never pause, in the second half of the time: in the
   * first one sandboxes start.
   * @throws Error when none is.
   */
  async capacity(connections: number, ms: number): Promise<number> {
    const startedAt = performance.now();
    let answered = 0;
    const user = async () => {
      while (performance.now() < startedAt + ms) {
        const { status } = await this.send("capacity");
        if (status === 200 && performance.now() > startedAt + ms / 2) answered += 1;
      }
    };
    await Promise.all(Array.from({ length: connections }, user));
    if (answered === 0) throw new Error("the deployed API answers nobody");
    return answered / ((performance.now() - startedAt - ms / 2) / 1000);
  }

  close(): void {
    this.agent.destroy();
  }
}

/** A stream of requests at a rate that does not depend on the answers. */
export class Load {
  private due = 0;
  private last = performance.now();
  private readonly inFlight = new Set<Promise<void>>();
  private readonly timer = setInterval(() => this.sendWhatIsDue(), TICK_MS);

  /** @param perSecond - Requests a second; may be changed at any time. */
  constructor(
    private readonly send: () => Promise<UserRequest>,
    public perSecond: number,
    private readonly onDone: (request: UserRequest) => void,
  ) {}

  /** Sends no more. */
  cancel(): void {
    clearInterval(this.timer);
  }

  /** Sends no more, and waits for what is on its way. */
  async stop(): Promise<void> {
    this.cancel();
    await Promise.all(this.inFlight);
  }

  private sendWhatIsDue(): void {
    const now = performance.now();
    this.due += ((now - this.last) / 1000) * this.perSecond;
    this.last = now;
    for (; this.due >= 1; this.due -= 1) {
      if (this.inFlight.size >= MOST_IN_FLIGHT) {
        this.due = 0;
        return;
      }
      const done: Promise<void> = this.send().then((request) => {
        this.inFlight.delete(done);
        this.onDone(request);
      });
      this.inFlight.add(done);
    }
  }
}

/** Node's own client: `fetch` may send a request again when a kept connection breaks, and would hide a lost one. */
function post(url: string, headers: Readonly<Record<string, string>>, body: string, agent: Agent) {
  return new Promise<number | string>((resolve) => {
    const request = open(url, { method: "POST", headers, agent, timeout: TIMEOUT_MS });
    request.on("response", (response) => {
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.on("error", (error) => resolve(error.message));
      response.resume();
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    request.on("error", (error) => resolve(error.message));
    request.end(body);
  });
}
