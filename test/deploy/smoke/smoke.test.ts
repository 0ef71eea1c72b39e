import { spawn } from "node:child_process";
import path from "node:path";
import { ROOT } from "../../../deploy/root";
import { Api } from "../../../deploy/smoke/api";
import { type SmokeOptions, type SmokeReport, smoke } from "../../../deploy/smoke/run";
import { type Fault, startFakeApi, TOKEN } from "./fake-api";

const OPTIONS: SmokeOptions = { requests: 3, warmUpMs: 1_000 };

async function against(
  fault?: Fault,
  options: Partial<SmokeOptions> = {},
  timeoutMs = 20_000,
): Promise<SmokeReport & { paths: string[] }> {
  const { url, paths, stop } = await startFakeApi(fault);
  try {
    return { ...(await smoke(new Api({ url, token: TOKEN, timeoutMs }), { ...OPTIONS, ...options })), paths };
  } finally {
    await stop();
  }
}

const failures = ({ checks }: SmokeReport) =>
  checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);

it("passes an API that does what it must, with a bounded number of requests", async () => {
  const report = await against();
  expect(failures(report)).toEqual([]);
  expect(report).toMatchObject({ ok: true, latency: { requests: 3, slo: 700 } });
  expect(report.latency.p95).toBeGreaterThan(0);
  expect(new Set(report.paths)).toEqual(new Set(["POST /predict"]));
  expect(report.paths).toHaveLength(1 + 13 + 3);
});

const change =
  (status: number, changes: object): Fault =>
  (reply) =>
    reply.status === status ? { ...reply, ...changes } : reply;

it.each<[string, Fault, RegExp]>([
  [
    "scores that do not add up",
    change(200, { body: { scores: { positive: 1, neutral: 1, negative: 0 } } }),
    /scores add up to 2/,
  ],
  [
    "a wrong label",
    (r, text) => (/terrible/.test(String(text)) ? { ...r, body: { ...r.body, sentiment: "positive" } } : r),
    /a negative text: the answer is positive/,
  ],
  ["no model version", (r) => ({ ...r, body: { ...r.body, modelVersion: undefined } }), /no modelVersion/],
  ["another correlation id", (r) => ({ ...r, headers: { ...r.headers, "x-correlation-id": "x" } }), /got x/],
  [
    "no quota",
    (r) => ({ ...r, headers: { "x-correlation-id": r.headers["x-correlation-id"] ?? "" } }),
    /missing or no number: ratelimit-limit, ratelimit-remaining, ratelimit-reset/,
  ],
  ["an open door", change(401, { status: 200 }), /no token is refused: 200 instead of 401/],
  [
    "another error format",
    change(413, { headers: { "content-type": "text/html" } }),
    /a text of 1,025 bytes is refused: the content type is text\/html/,
  ],
  ["another code", (r) => (r.status === 415 ? { ...r, body: { ...r.body, code: "oops" } } : r), /the code is oops/],
  [
    "another instance",
    (r) => (r.status === 413 ? { ...r, body: { ...r.body, instance: "?" } } : r),
    /instance is not the correlation id/,
  ],
  [
    "a fault of the service",
    change(200, { status: 500, body: { code: "internal_error" } }),
    /500 internal_error instead of 200; correlation id smoke-/,
  ],
  ["an expired token", change(200, { status: 401, body: {} }), /the token was refused; it may have expired/],
  ["a token without scope", change(200, { status: 403, body: {} }), /lacks the scope serin\/predict/],
])("finds %s", async (_name, fault, message) => {
  const report = await against(fault);
  expect(report.ok).toBe(false);
  expect(failures(report).join("\n")).toMatch(message);
  expect(JSON.stringify(report)).not.toContain(TOKEN);
});

it("finds a call without an answer", async () => {
  const silent: Fault = (reply, text) => (text === "" ? undefined : reply);
  const report = await against(silent, {}, 500);
  expect(failures(report)).toContainEqual("an empty text is refused: no answer within 0.5 s");
});

it("waits for a model that is starting, as long as Retry-After says", async () => {
  let calls = 0;
  const starting: Fault = (reply) => {
    calls += 1;
    return calls <= 3 ? { ...reply, status: 503, headers: { "retry-after": "0" } } : reply;
  };
  const report = await against(starting);
  expect(report.checks[0]).toEqual({ name: "the model is awake", ok: true, detail: "at call 4" });
  expect(report.ok).toBe(true);
});

it("does not wait for a model longer than it was told to", async () => {
  const down: Fault = (reply) =>
    reply.status === 200 ? { ...reply, status: 503, headers: { "retry-after": "5" } } : reply;
  const found = failures(await against(down));
  expect(found[0]).toBe("the model is awake: still 503 after 1 s");
  expect(found[1]).toMatch(/^a positive text: 503 instead of 200/);
});

it("fails above the p95 that it is given, and reports all the same", async () => {
  const report = await against(undefined, { maxP95: 0.001 });
  expect(failures(report)).toEqual([
    expect.stringMatching(/^latency: p95 of 3 calls \d+ ms, SLO 700 ms, limit 0.001 ms$/),
  ]);
});

it("reports no latency when no call was answered", async () => {
  expect((await against(change(200, { status: 500 }))).latency).toEqual({
    requests: 0,
    p50: null,
    p95: null,
    slo: 700,
  });
});

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function command(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  const child = spawn(process.execPath, ["--import", "tsx", path.join(ROOT, "deploy", "smoke", "smoke.ts"), ...args], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"], ...env },
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (output.stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (output.stderr += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, ...output };
}

describe("npm run smoke", () => {
  it("prints a table and ends with 0; the token may come from the environment", async () => {
    const { url, stop } = await startFakeApi();
    const run = await command(["--url", `${url}/`, "--requests", "2"], { SERIN_TOKEN: TOKEN });
    await stop();
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toMatch(/^ok +a positive text +200 in \d+ ms, model 1f0c6a9d2b7e$/m);
    expect(run.stdout).toMatch(/All 15 checks passed\.$/m);
  }, 30_000);

  it("prints JSON and ends with 1 when a check fails", async () => {
    const { url, stop } = await startFakeApi(change(401, { status: 200 }));
    const run = await command(["--url", url, "--token", TOKEN, "--requests", "1", "--json"]);
    await stop();
    expect(run.code).toBe(1);
    expect(JSON.parse(run.stdout)).toMatchObject({ ok: false, latency: { requests: 1 } });
  }, 30_000);

  it.each<[string, readonly string[], RegExp]>([
    [
      "no token",
      ["--url", "https://api.example.com"],
      /^There is no token: put an access token .* into SERIN_TOKEN, or give --token\.\n$/,
    ],
    ["a token that is none", ["--url", "https://api.example.com", "--token", "secret\n"], /^The token is none/],
    ["an address that is none", ["--url", "api", "--token", TOKEN], /^--url api is no address/],
    ["a token in the clear", ["--url", "http://api.example.com", "--token", TOKEN], /^--url must begin with https:/],
    [
      "too many requests",
      ["--url", "http://127.0.0.1:1", "--token", TOKEN, "--requests", "101"],
      /It takes a number from 1 to 100/,
    ],
  ])(
    "says in one line what is wrong with %s",
    async (_name, args, message) => {
      const { code, stdout, stderr } = await command(args);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/secret|good\.token/);
    },
    30_000,
  );

  it("says in one line that nobody is there", async () => {
    const { url, stop } = await startFakeApi();
    await stop();
    const { code, stderr } = await command(["--url", url, "--token", TOKEN]);
    expect(code).toBe(1);
    expect(stderr).toBe(`No connection to ${url}/predict (ECONNREFUSED); check --url and the network.\n`);
  }, 30_000);
});
