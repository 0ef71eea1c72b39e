// What a deployed API must do, each as a check of its own.
import type { Answer, Api, Call } from "./api";

/** What the API did instead of what it should; never holds a token. */
export class CheckFailed extends Error {
  override readonly name = "CheckFailed";
}

export interface Check {
  readonly name: string;
  /** @returns what was seen, in a few words. @throws CheckFailed */
  readonly run: (api: Api) => Promise<string>;
}

const LABELS = ["positive", "neutral", "negative"];
const ROUNDING = 0.001;

const json = (text: string) => JSON.stringify({ text });

/** All checks, in the order in which they are made. */
export const CHECKS: readonly Check[] = [
  says("positive", "I love this, thank you so much! It works perfectly."),
  says("neutral", "The meeting takes place on Tuesday in room 12."),
  says("negative", "This is terrible. It broke on the first day and nobody answers."),
  { name: "the correlation id comes back", run: returnsCorrelationId },
  { name: "RateLimit headers say what is left", run: tellsQuota },
  refusesToken("no token", null),
  refusesToken("a garbage token", "not.a.token"),
  refuses("broken JSON", { body: '{"text": ' }, 400, "malformed_json"),
  refuses("an unknown field", { body: '{"text": "good", "lang": "en"}' }, 400, "invalid_request"),
  refuses("an empty text", { body: json("") }, 400, "invalid_request"),
  refuses("another content type", { body: json("good"), contentType: "text/plain" }, 415, "unsupported_media_type"),
  { name: "a text of 1,024 bytes is accepted", run: async (api) => seen(await accepted(api, "x".repeat(1_024))) },
  refuses("a text of 1,025 bytes", { body: json("x".repeat(1_025)) }, 413, "text_too_long"),
];

/** A call that must succeed. @throws CheckFailed */
export async function accepted(api: Api, text: string): Promise<Answer> {
  const answer = await api.call({ body: json(text) });
  if (answer.status === 401) throw new CheckFailed(`401: the token was refused; it may have expired`);
  if (answer.status === 403) throw new CheckFailed(`403: the token lacks the scope serin/predict`);
  expectStatus(answer, 200);
  return answer;
}

function says(label: string, text: string): Check {
  return {
    name: `a ${label} text`,
    async run(api) {
      const answer = await accepted(api, text);
      const { sentiment, scores, modelVersion } = answer.body;
      const sum = LABELS.reduce((total, name) => total + Number(Reflect.get(Object(scores), name)), 0);
      if (!(Math.abs(sum - 1) <= ROUNDING)) throw new CheckFailed(`the scores add up to ${sum}, not 1`);
      if (typeof modelVersion !== "string" || modelVersion === "") throw new CheckFailed("there is no modelVersion");
      if (sentiment !== label) throw new CheckFailed(`the answer is ${String(sentiment)}, model ${modelVersion}`);
      return `${seen(answer)}, model ${modelVersion}`;
    },
  };
}

async function returnsCorrelationId(api: Api): Promise<string> {
  const answer = await accepted(api, "Fine.");
  const returned = answer.headers.get("x-correlation-id");
  if (returned !== answer.correlationId) throw new CheckFailed(`sent ${answer.correlationId}, got ${returned}`);
  return returned;
}

async function tellsQuota(api: Api): Promise<string> {
  const { headers } = await accepted(api, "Fine.");
  const fields = ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"];
  const missing = fields.filter((name) => !/^\d+$/.test(headers.get(name) ?? ""));
  if (missing.length > 0) throw new CheckFailed(`missing or no number: ${missing.join(", ")}`);
  return `${headers.get("ratelimit-remaining")} of ${headers.get("ratelimit-limit")} left`;
}

function refusesToken(name: string, token: string | null): Check {
  return {
    name: `${name} is refused`,
    async run(api) {
      const answer = await api.call({ body: json("good"), token });
      expectStatus(answer, 401);
      return seen(answer);
    },
  };
}

function refuses(name: string, call: Call, status: number, code: string): Check {
  return {
    name: `${name} is refused`,
    async run(api) {
      const answer = await api.call(call);
      expectStatus(answer, status);
      const type = answer.headers.get("content-type");
      if (type !== "application/problem+json") throw new CheckFailed(`the content type is ${type}`);
      const problem = answer.body;
      if (problem.code !== code) throw new CheckFailed(`the code is ${String(problem.code)}, not ${code}`);
      if (problem.instance !== answer.correlationId) throw new CheckFailed("instance is not the correlation id");
      return `${seen(answer)}, ${code}`;
    },
  };
}

function expectStatus({ status, body, correlationId }: Answer, expected: number): void {
  if (status === expected) return;
  const { code } = body;
  const what = typeof code === "string" ? ` ${code}` : "";
  throw new CheckFailed(`${status}${what} instead of ${expected}; correlation id ${correlationId}`);
}

function seen({ status, ms }: Answer): string {
  return `${status} in ${ms.toFixed(0)} ms`;
}
