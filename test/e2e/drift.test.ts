// What drift is found by, on the local target: from requests to the histograms that the governance job gets.
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { clientConfig } from "../../deploy/local/aws";
import { issueToken } from "../../deploy/local/tokens";
import { trafficOfWeek } from "../../src/governance/start/traffic";
import { until } from "../until";
import { predict, sharedTarget } from "./shared-target";

const target = sharedTarget();
const logs = new CloudWatchLogsClient(clientConfig(target.awsUrl));

/** Until the end of the second that goes on. */
const week = () =>
  trafficOfWeek({ logs, logGroup: "/aws/lambda/serin-local-predict", now: new Date(Date.now() + 2_000), pollMs: 50 });

/** Requests by features that are counted of the version that answers. */
async function counted(): Promise<Readonly<Record<string, number>>> {
  const { models, notes } = await week();
  expect(notes).toEqual([]);
  const histograms = models.flatMap((model) => Object.entries(model.histograms));
  return Object.fromEntries(
    histograms.map(([name, { counts }]) => [name, counts.reduce((sum, count) => sum + count, 0)]),
  );
}

it("counts each answered request once, answers from the cache and unknown words, too", async () => {
  const token = await issueToken(target, {});
  const before = await counted();
  for (const text of ["qwzrtx plonkify", "qwzrtx plonkify", "12 :-)"]) {
    const response = await predict(target, { token, body: JSON.stringify({ text }) });
    expect(response.status).toBe(200);
  }
  const more = async () => {
    const now = await counted();
    return Object.fromEntries(Object.keys(now).map((name) => [name, (now[name] ?? 0) - (before[name] ?? 0)]));
  };
  await until(async () => (await more())["sentiment"] === 3, 30_000);
  expect(await more()).toEqual({ textBytes: 3, sentiment: 3, confidence: 3, unknownWords: 2 }); // the last has no words
});
