// Runs in a process of its own: sends requests at a given rate whatever the server does, as users do, and prints their times.
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { setTimeout } from "node:timers/promises";
import { type Percentiles, percentiles } from "../report";

/** What this process is asked to do. */
export interface OpenJob {
  readonly url: string;
  /** A file with an array of request bodies. */
  readonly bodies: string;
  /** Mean requests/s; the gaps are exponential (a Poisson process). */
  readonly rate: number;
  readonly seconds: number;
  /** What counts as slow, in ms. */
  readonly slowMs: number;
}

/** What it measured: ms from the moment that a request was due, so that waiting to be sent counts. */
export interface OpenCell extends Percentiles {
  readonly requests: number;
  /** Share of requests that failed or were slow. */
  readonly badShare: number;
}

const TIMEOUT_MS = 5_000;

/** A connection a request, as the container's nginx opens them to gunicorn. */
function send(url: string, body: string): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const sent = request(url, { method: "POST", agent: false, headers, timeout: TIMEOUT_MS }, (answer) => {
      answer.resume();
      answer.once("end", () => resolve(answer.statusCode === 200));
    });
    sent.once("timeout", () => sent.destroy());
    sent.once("error", () => resolve(false));
    sent.end(body);
  });
}

async function measure({ url, bodies, rate, seconds, slowMs }: OpenJob): Promise<OpenCell> {
  const texts: string[] = JSON.parse(readFileSync(bodies, "utf8"));
  const latencies: number[] = [];
  const pending: Promise<void>[] = [];
  const startedAt = performance.now();
  const ask = async (due: number, body: string) => {
    const ok = await send(url, body);
    latencies.push(ok ? performance.now() - due : Number.POSITIVE_INFINITY);
  };
  for (let due = startedAt; due < startedAt + seconds * 1000; due += (-Math.log(1 - Math.random()) / rate) * 1000) {
    const wait = due - performance.now();
    if (wait > 0) await setTimeout(wait);
    pending.push(ask(due, texts[pending.length % texts.length] ?? ""));
  }
  await Promise.all(pending);
  const bad = latencies.filter((ms) => ms > slowMs).length;
  return { requests: latencies.length, badShare: bad / latencies.length, ...percentiles(latencies) };
}

measure(JSON.parse(process.argv[2] ?? "")).then(
  (cell) => console.log(JSON.stringify(cell)),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
