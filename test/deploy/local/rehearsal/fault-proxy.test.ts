import { FaultProxy, NETWORK_DELAY } from "../../../../deploy/local/rehearsal/fault-proxy";
import { json, startUpstream, type Upstream } from "../upstream";

const ANSWER = { label: "positive", scores: { negative: 0.1, neutral: 0.2, positive: 0.7 } };
const NO_DELAY = { medianMs: 0, sigma: 0 };

jest.setTimeout(30_000);

let upstream: Upstream;
let proxy: FaultProxy;

beforeEach(async () => {
  upstream = await startUpstream(json(200, ANSWER, { "x-amzn-invoked-production-variant": "main" }));
  proxy = await FaultProxy.start({ upstream: () => upstream.url, delay: NO_DELAY });
});
afterEach(async () => {
  await proxy.stop();
  await upstream.close();
});

function invoke(endpoint: string, text = "good", id = "id-1"): Promise<Response> {
  return fetch(`${proxy.url}/endpoints/${endpoint}/invocations`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-amzn-sagemaker-inference-id": id,
      authorization: "AWS4 signature",
    },
    body: JSON.stringify({ text }),
  });
}

const labelOf = async (response: Response) => JSON.parse(await response.text()).label;
const many = Array.from({ length: 120 }, (_, index) => `${index}`);

it("forwards a call and its answer as they are, with the host that was signed", async () => {
  const response = await invoke("stable");
  expect(response.status).toBe(200);
  expect(response.headers.get("x-amzn-invoked-production-variant")).toBe("main");
  expect(await response.json()).toEqual(ANSWER);
  expect(upstream.received[0]).toMatchObject({
    method: "POST",
    url: "/endpoints/stable/invocations",
    headers: { host: new URL(proxy.url).host, authorization: "AWS4 signature" },
  });
  expect(String(upstream.received[0]?.body)).toBe('{"text":"good"}');
});

it("hands errors of the service on", async () => {
  upstream.answer = json(424, { Message: "the model is down" });
  const response = await invoke("stable");
  expect([response.status, await response.json()]).toEqual([424, { Message: "the model is down" }]);
});

it("breaks the connection when the service is gone", async () => {
  await upstream.close();
  await expect(invoke("stable")).rejects.toThrow();
});

it("fails about the share of requests, of one endpoint only, and the same ones when they are retried", async () => {
  proxy.inject("canary", { failing: 0.25 });
  const statuses = async (endpoint: string) =>
    Promise.all(many.map(async (id) => (await invoke(endpoint, "a", id)).status));
  const first = await statuses("canary");
  const failed = first.filter((status) => status === 503).length;
  expect(failed / many.length).toBeGreaterThan(0.1);
  expect(failed / many.length).toBeLessThan(0.4);
  expect(await statuses("canary")).toEqual(first);
  expect(new Set(await statuses("stable"))).toEqual(new Set([200]));
  expect(many.map((id) => (proxy.hasFailed(id) ? 503 : 200))).toEqual(first);
});

it("gives about the share of texts another label, well-formed, and the same one each time", async () => {
  proxy.inject("canary", { altered: 0.25 });
  const labels = async () => Promise.all(many.map(async (text) => labelOf(await invoke("canary", text))));
  const first = await labels();
  const altered = first.filter((label) => label !== ANSWER.label).length;
  expect(altered / many.length).toBeGreaterThan(0.1);
  expect(altered / many.length).toBeLessThan(0.4);
  expect(await labels()).toEqual(first);
  const text = many[first.findIndex((label) => label !== ANSWER.label)];
  const answer = JSON.parse(await (await invoke("canary", text)).text());
  expect(answer.scores[answer.label]).toBe(0.7); // the scores agree with the label
  expect(Object.values(answer.scores).sort()).toEqual(Object.values(ANSWER.scores).sort());
});

describe("with a network's delay", () => {
  const ms = async (url: string, endpoint: string) => {
    const startedAt = performance.now();
    await (await fetch(`${url}/endpoints/${endpoint}/invocations`, { method: "POST", body: "{}" })).arrayBuffer();
    return performance.now() - startedAt;
  };

  it.each([
    ["every endpoint alike", {}, 99], // timers may be a millisecond early
    ["a slow one by its factor", { slowdown: 3 }, 299],
    ["a very slow one by half a second", { slowdown: 1000 }, 599],
  ])("delays %s", async (_name, fault, least) => {
    const slow = await FaultProxy.start({ upstream: () => upstream.url, delay: { medianMs: 100, sigma: 0 } });
    slow.inject("canary", fault);
    try {
      expect(await ms(slow.url, "stable")).toBeGreaterThanOrEqual(99);
      expect(await ms(slow.url, "canary")).toBeGreaterThanOrEqual(least);
    } finally {
      await slow.stop();
    }
  });
});

it("mends an endpoint", async () => {
  proxy.inject("canary", { failing: 1 });
  expect((await invoke("canary")).status).toBe(503);
  proxy.inject("canary", {});
  expect((await invoke("canary")).status).toBe(200);
});

it("passes on what is no invocation, without any endpoint's fault", async () => {
  proxy.inject("canary", { failing: 1 });
  const response = await fetch(`${proxy.url}/ping`);
  expect([response.status, await response.json()]).toEqual([200, ANSWER]);
  expect(upstream.received[0]).toMatchObject({ method: "GET", url: "/ping" });
});

it("moves every label on to the next, whatever else the answer holds or lacks", async () => {
  proxy.inject("canary", { altered: 1 });
  const altered = async (answer: unknown): Promise<unknown> => {
    upstream.answer = json(200, answer);
    return (await invoke("canary")).json();
  };
  const scores = { negative: 0.1, neutral: 0.2, positive: 0.7 };
  const moved = { negative: 0.7, neutral: 0.1, positive: 0.2 };
  expect(await altered({ label: "positive", scores, model: "m" })).toEqual({
    label: "negative",
    scores: moved,
    model: "m",
  });
  expect(await altered({ label: "negative", scores })).toEqual({ label: "neutral", scores: moved });
  expect(await altered({ label: "neutral" })).toEqual({ label: "positive", scores: {} });
  expect(await altered({ label: "neutral", scores: null })).toEqual({ label: "positive", scores: {} });
  expect(await altered(null)).toBeNull();
  expect(await altered("positive")).toBe("positive");
});

it("has a hosted endpoint's delay unless told another", async () => {
  const usual = await FaultProxy.start({ upstream: () => upstream.url, random: () => 0 }); // the median
  try {
    const startedAt = performance.now();
    await (await fetch(`${usual.url}/ping`)).arrayBuffer();
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(NETWORK_DELAY.medianMs - 1);
  } finally {
    await usual.stop();
  }
});

it("takes no more calls once it has stopped", async () => {
  const brief = await FaultProxy.start({ upstream: () => upstream.url, delay: NO_DELAY });
  const { url } = brief;
  await fetch(`${url}/ping`); // leaves a connection open
  await brief.stop();
  await expect(fetch(`${url}/ping`)).rejects.toThrow();
});
