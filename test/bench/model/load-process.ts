// Runs in a process of its own: loads one server with a number of connections, and prints what that cost both.
import { readFileSync } from "node:fs";
import autocannon from "autocannon";
import { type Percentiles, percentiles } from "../report";
import { cpuMs } from "./process-tree";

/** What this process is asked to do. */
export interface Job {
  readonly url: string;
  /** A file with an array of request bodies. */
  readonly bodies: string;
  readonly connections: number;
  readonly seconds: number;
  /** The server's process, whose tree's CPU time counts. */
  readonly server: number;
}

/** What it measured; times in ms. */
export interface Cell extends Percentiles {
  readonly connections: number;
  /** Of answers with 2xx, as is everything below but failures. */
  readonly requestsPerSecond: number;
  readonly requests: number;
  /** Answers other than 2xx, and requests without an answer. */
  readonly failures: number;
  /** CPU time a request: of the server, and of the load itself. */
  readonly serverCpuMs: number;
  readonly loadCpuMs: number;
}

interface Spent {
  readonly at: number;
  readonly serverMs: number;
  readonly loadMs: number;
}

function own(): Omit<Spent, "serverMs"> {
  const { user, system } = process.cpuUsage();
  return { at: performance.now(), loadMs: (user + system) / 1000 };
}

async function measure({ url, bodies, connections, seconds, server }: Job): Promise<Cell> {
  const texts: string[] = JSON.parse(readFileSync(bodies, "utf8"));
  const headers = { "content-type": "application/json" };
  const requests = texts.map((body) => ({ method: "POST" as const, headers, body }));
  let clients = 0;
  const setupClient = (client: autocannon.Client) => {
    const first = Math.floor((clients * requests.length) / connections); // no two send the same text at once
    clients += 1;
    client.setRequests([...requests.slice(first), ...requests.slice(0, first)]);
  };
  const latencies: number[] = [];
  let failures = 0;
  let before: Spent | undefined;
  let after: Spent | undefined;
  const options = { url, connections, duration: seconds + 1, requests, setupClient };
  const errors = await new Promise<number>((resolve, reject) => {
    const run = autocannon(options, (error, result) =>
      error ? reject(new Error(String(error))) : resolve(result.errors),
    );
    // timed here, from the first answer on: autocannon counts whole milliseconds, and stops at its next tick
    run.on("response", (_client, status, _bytes, ms) => {
      if (before === undefined) before = { serverMs: cpuMs(server), ...own() };
      else if (performance.now() <= before.at + seconds * 1000) {
        if (status >= 200 && status <= 299) latencies.push(ms);
        else failures += 1;
      } else after ??= { ...own(), serverMs: cpuMs(server) }; // reading /proc is left out of our own time
    });
  });
  after ??= { ...own(), serverMs: cpuMs(server) };
  if (before === undefined || latencies.length === 0) throw new Error("no request was answered with 2xx");
  return {
    connections,
    requests: latencies.length,
    requestsPerSecond: (latencies.length / (after.at - before.at)) * 1000,
    ...percentiles(latencies),
    failures: failures + errors,
    serverCpuMs: (after.serverMs - before.serverMs) / latencies.length,
    loadCpuMs: (after.loadMs - before.loadMs) / latencies.length,
  };
}

measure(JSON.parse(process.argv[2] ?? "")).then(
  (cell) => console.log(JSON.stringify(cell)),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
