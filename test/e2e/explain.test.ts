// POST /explain as deployed, with the real model behind it.
import { stackOutputs } from "../../deploy/local/stack";
import { issueToken } from "../../deploy/local/tokens";
import { explain, predict, resetQuota, sharedTarget } from "./shared-target";

const target = sharedTarget();
const body = JSON.stringify({ text: "The food was 👍 wonderful" });
let token: string;

beforeAll(async () => {
  token = await issueToken(target, {});
});
beforeEach(() => resetQuota(target));

interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly weights: { readonly positive: number };
}

describe("POST /explain, deployed", () => {
  it("answers as predict does, with words that add up, for ten requests of the quota", async () => {
    const response = await explain(target, { token, body, headers: { "content-type": "application/json" } });
    expect(response.status).toBe(200);
    expect(response.headers.get("ratelimit-remaining")).toBe("190");
    const { words, baseline, ...prediction } = JSON.parse(await response.text());
    expect(prediction).toEqual(await (await predict(target, { token, body })).json());
    expect(prediction.modelVersion).toBe((await stackOutputs(target.awsUrl))("ModelVersion"));
    const parts: readonly Word[] = words;
    expect(parts.map(({ text, start, end }) => [text, start, end])).toEqual([
      ["The", 0, 3],
      ["food", 4, 8],
      ["was", 9, 12],
      ["👍", 13, 15],
      ["wonderful", 16, 25],
    ]);
    const added = parts.reduce((sum, { weights }) => sum + weights.positive, 0);
    expect(Math.abs(added - (prediction.scores.positive - baseline.positive))).toBeLessThanOrEqual(1e-6);
    const strongest = [...parts].sort((one, other) => other.weights.positive - one.weights.positive)[0];
    expect(["👍", "wonderful"]).toContain(strongest?.text);
  });

  it("explains the longest text", async () => {
    const response = await explain(target, { token, body: JSON.stringify({ text: "so good ".repeat(128) }) });
    expect(response.status).toBe(200);
    expect(JSON.parse(await response.text()).words).toHaveLength(32);
  }, 30_000);

  it("refuses bad input and tokens without its scope", async () => {
    expect((await explain(target, { token, body: "{}" })).status).toBe(400);
    expect((await explain(target, { body })).status).toBe(401);
    const other = await issueToken(target, { scope: "serin/predict" });
    expect((await explain(target, { token: other, body })).status).toBe(403);
  });
});
