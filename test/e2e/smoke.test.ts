// `npm run smoke` against the deployed API: the check that a pipeline trusts must itself be right about a good deployment.
import { issueToken } from "../../deploy/local/tokens";
import { Api } from "../../deploy/smoke/api";
import { smoke } from "../../deploy/smoke/run";
import { resetQuota, sharedTarget } from "./shared-target";

const target = sharedTarget();
beforeEach(() => resetQuota(target));

it("finds nothing wrong with the deployment, its model included", async () => {
  const token = await issueToken(target, {});
  const api = new Api({ url: target.url, token, timeoutMs: 10_000 });
  const { checks, latency } = await smoke(api, { requests: 5, warmUpMs: 10_000 });
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(latency.requests).toBe(5);
}, 60_000);

it("finds that a token lacks the scope", async () => {
  const token = await issueToken(target, { scope: false });
  const { ok, checks } = await smoke(new Api({ url: target.url, token, timeoutMs: 10_000 }), {
    requests: 1,
    warmUpMs: 0,
  });
  expect(ok).toBe(false);
  expect(checks).toContainEqual({
    name: "a positive text",
    ok: false,
    detail: "403: the token lacks the scope serin/predict",
  });
}, 60_000);
