// A proxy between the functions and the model endpoints: a network's delay for all, and a fault for one endpoint's calls.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request as open, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { portOf } from "../ports";

/** What is wrong with an endpoint. Shares are of 1, and fall on the same calls whenever these are repeated. */
export interface Fault {
  /** How many times longer a call takes, network included; it gets at most half a second longer, so that nothing times out. */
  readonly slowdown?: number;
  /** Share of requests, by their inference id, every call of which is answered 503: a client's retry meets it again. */
  readonly failing?: number;
  /** Share of texts, by their bytes, that get another label than the model's. */
  readonly altered?: number;
}

/**
 * Median and spread of a call's way to SageMaker and back, of the length that a hosted endpoint's latency has. It keeps a busy laptop's
 * hiccups small beside it, which would else look like a slow version.
 */
export const NETWORK_DELAY = { medianMs: 90, sigma: 0.12 } as const;

const INVOCATION = /^\/endpoints\/([^/]+)\/invocations$/;
const MOST_ADDED_MS = 500;
const LABELS: readonly string[] = ["negative", "neutral", "positive"];
/** Shorter than the upstream's keep-alive, so that no connection is closed just as a call leaves. */
const IDLE_MS = 10_000;

interface FaultProxyOptions {
  /** The SageMaker runtime's address; asked at each call, since it may start later than the proxy. */
  readonly upstream: () => string;
  readonly delay?: { readonly medianMs: number; readonly sigma: number };
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

/** A running proxy on a free port of 127.0.0.1. */
export class FaultProxy {
  private readonly faults = new Map<string, Fault>();
  private readonly failedIds = new Set<string>();
  private readonly agent = new Agent({ keepAlive: true, timeout: IDLE_MS });
  private readonly server = createServer((request, response) => {
    this.pass(request, response).catch(() => response.destroy());
  });

  private constructor(private readonly options: FaultProxyOptions) {}

  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    proxy.server.keepAliveTimeout = 60_000;
    proxy.server.listen(0, "127.0.0.1");
    await once(proxy.server, "listening");
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${portOf(this.server)}`;
  }

  /** Gives an endpoint a fault from now on, in place of the one it has; `{}` mends it. */
  inject(endpoint: string, fault: Fault): void {
    this.faults.set(endpoint, fault);
  }

  /** Whether a call with this inference id, which is the request's correlation id, was made to fail. */
  hasFailed(inferenceId: string): boolean {
    return this.failedIds.has(inferenceId);
  }

  async stop(): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeAllConnections();
    this.agent.destroy();
    await closed;
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const endpoint = INVOCATION.exec(String(request.url))?.[1] ?? "";
    const fault = this.faults.get(endpoint) ?? {};
    const startedAt = performance.now();
    const body = await buffer(request);
    await setTimeout(this.delayMs());
    const id = String(request.headers["x-amzn-sagemaker-inference-id"]);
    if (isHit(id, fault.failing)) {
      this.failedIds.add(id);
      unavailable(response, endpoint);
    } else {
      const answer = await this.ask(request, body);
      const said = await buffer(answer);
      await setTimeout(addedMs(performance.now() - startedAt, fault.slowdown));
      const altered = answer.statusCode === 200 && isHit(body, fault.altered);
      respond(response, answer, altered ? withAnotherLabel(said) : said);
    }
  }

  private ask({ method, url, rawHeaders }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const { hostname, port } = new URL(this.options.upstream());
    return new Promise((resolve, reject) => {
      open({ hostname, port, method, path: url, headers: [...rawHeaders], agent: this.agent })
        .once("response", resolve)
        .once("error", reject)
        .end(body);
    });
  }

  /** Log-normal, as delays of networks are. */
  private delayMs(): number {
    const { delay = NETWORK_DELAY, random = Math.random } = this.options;
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()); // Box-Muller
    return delay.medianMs * Math.exp(delay.sigma * normal);
  }
}

/** Whether a key is among the share of keys that a fault hits. */
function isHit(key: string | Buffer, share = 0): boolean {
  return createHash("sha256").update(key).digest().readUInt32BE() / 2 ** 32 < share;
}

function addedMs(tookMs: number, slowdown = 1): number {
  return Math.min(tookMs * (slowdown - 1), MOST_ADDED_MS);
}

function respond(response: ServerResponse, { statusCode, headers }: IncomingMessage, content: Buffer): void {
  const kept = Object.entries(headers).filter(([name]) => name !== "transfer-encoding");
  response.writeHead(Number(statusCode), { ...Object.fromEntries(kept), "content-length": String(content.length) });
  response.end(content);
}

/** As SageMaker words it when no instance takes the call. */
function unavailable(response: ServerResponse, endpoint: string): void {
  response.writeHead(503, { "content-type": "application/json", "x-amzn-errortype": "ServiceUnavailable" });
  response.end(JSON.stringify({ Message: `Endpoint ${endpoint} is unavailable: a fault of the rehearsal.` }));
}

/** The next label, with the scores moved along, so that the answer is well-formed and wrong. */
function withAnotherLabel(answer: Buffer): Buffer {
  const parsed: unknown = JSON.parse(answer.toString());
  if (typeof parsed !== "object" || parsed === null) return answer;
  const scores: unknown = Reflect.get(parsed, "scores");
  const score = (label: string | undefined): unknown =>
    typeof scores === "object" && scores !== null ? Reflect.get(scores, String(label)) : undefined;
  const moved = Object.fromEntries(LABELS.map((label, index) => [label, score(LABELS.at(index - 1))]));
  const next = LABELS[(LABELS.indexOf(String(Reflect.get(parsed, "label"))) + 1) % LABELS.length];
  return Buffer.from(JSON.stringify({ ...parsed, label: next, scores: moved }));
}
