// Runs in a process of its own: loads the deployed bundle and calls its handler, at a chosen number of requests in flight.
import { readFileSync } from "node:fs";
import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { apiEvent } from "../api-event";

/** What this process is asked to do; times are in ms, CPU times in ms of this process. */
export interface Job {
  readonly bundle: string;
  readonly texts: string;
  readonly warmUp: number;
  readonly requests: number;
  readonly inFlight: readonly number[];
}

/** What it measured. */
export interface Measured {
  readonly loadMs: number;
  readonly cpuMs: readonly number[];
  readonly runs: readonly Run[];
}

export interface Run {
  readonly inFlight: number;
  readonly latenciesMs: readonly number[];
  readonly elapsedMs: number;
  /** CPU time of all requests together. */
  readonly cpuMs: number;
  readonly failures: number;
}

type Handler = (event: object, context: object) => Promise<APIGatewayProxyStructuredResultV2>;

let sent = 0;

/** A request of a user of its own with a text of its own, so that neither limit nor cache decides the figures. */
function nextEvent(texts: readonly string[]): object {
  sent += 1;
  const text = `${texts[sent % texts.length] ?? ""} ${sent}`;
  return apiEvent({ body: JSON.stringify({ text }), user: `user-${sent}` });
}

async function timed(handler: Handler, texts: readonly string[]): Promise<{ ms: number; ok: boolean }> {
  const event = nextEvent(texts);
  const startedAt = performance.now();
  const { statusCode } = await handler(event, { functionVersion: "1" });
  return { ms: performance.now() - startedAt, ok: statusCode === 200 };
}

async function load(handler: Handler, texts: readonly string[], requests: number, inFlight: number): Promise<Run> {
  const results: { ms: number; ok: boolean }[] = [];
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  let left = requests;
  const client = async () => {
    while (left > 0) {
      left -= 1;
      results.push(await timed(handler, texts));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, client));
  const elapsedMs = performance.now() - startedAt;
  const cpuMs = cpuSince(cpuBefore);
  return {
    inFlight,
    elapsedMs,
    cpuMs,
    latenciesMs: results.map(({ ms }) => ms),
    failures: results.filter(({ ok }) => !ok).length,
  };
}

/** CPU time of single requests, one after the other: waiting for the network costs none. */
async function cpuOf(handler: Handler, texts: readonly string[], requests: number): Promise<number[]> {
  const cpuMs: number[] = [];
  for (let index = 0; index < requests; index += 1) {
    const event = nextEvent(texts);
    const before = process.cpuUsage();
    await handler(event, { functionVersion: "1" });
    cpuMs.push(cpuSince(before));
  }
  return cpuMs;
}

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function measure({ bundle, texts: file, warmUp, requests, inFlight }: Job): Promise<Measured> {
  const startedAt = performance.now();
  const { handler }: { handler: Handler } = await import(bundle);
  const loadMs = performance.now() - startedAt;
  if (requests === 0) return { loadMs, cpuMs: [], runs: [] };
  const rows = readFileSync(file, "utf8").trim().split("\n");
  const texts = rows.map((row) => String(Reflect.get(Object(JSON.parse(row)), "text")));
  await load(handler, texts, warmUp, 4);
  const cpuMs = await cpuOf(handler, texts, requests);
  const runs: Run[] = [];
  for (const clients of inFlight) runs.push(await load(handler, texts, requests, clients));
  return { loadMs, cpuMs, runs };
}

process.once("message", (job: Job) => {
  measure(job).then(
    (measured) => process.send?.(measured, () => process.disconnect()),
    (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
      process.disconnect();
    },
  );
});
