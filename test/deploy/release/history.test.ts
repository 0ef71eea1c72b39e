import { DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { GetAliasCommand } from "@aws-sdk/client-lambda";
import { readHistory } from "../../../deploy/release/history";
import { historyText } from "../../../deploy/release/history-text";
import { ARN, awsError, World } from "./world";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.restore());

const remember = (name: string, record: object) =>
  world.store.set(`/serin/prod/releases/${name}`, JSON.stringify(record));

it("tells what is live, each release with its verdict, what was done by hand, and the models", async () => {
  world.model("model-a");
  world.model("model-b");
  world.store.set("/serin/prod/models/active-version", "model-b").set("/serin/prod/models/previous-version", "model-a");
  world.release({ from: "1", to: "2" });
  world.release({ from: "2", to: "3", status: "Failed", message: "hook failed" });
  world.release({ from: "2", to: "3", status: "Stopped", message: "Alarms: serin-prod-canary-errors-3." });
  world.release({ from: "3", to: "2", creator: "codeDeployRollback" });
  world.release({ from: "2", to: "3", status: "InProgress" });
  remember("d-1", { deploymentId: "d-1", verdict: "pass", outcome: "Succeeded", reasons: [] });
  remember("d-2", { deploymentId: "d-2", verdict: "fail", outcome: "Failed", reasons: ["p95 is 1.6 x", "errors 4 %"] });
  remember("d-3", { deploymentId: "d-3", verdict: "pass", outcome: "Succeeded", reasons: [] });
  remember("rollback-x", {
    kind: "rollback",
    who: ARN,
    why: "slow",
    when: "2026-01-03T13:00:00.000Z",
    from: "3",
    to: "2",
    outcome: "done",
  });
  world.store.set("/serin/prod/releases/broken", "{");
  world.alias = { version: "2", weights: { 3: 0.1 } };
  expect(historyText(await readHistory(world.stage, 10))).toBe(`Stage prod, stack UPDATE_COMPLETE
Live:   version 2 (model model-b), 90 % of the traffic
Canary: version 3 (model model-b), 10 % of the traffic

when (UTC)        versions  what           qualification  why
2026-01-05 12:00  2 -> 3    running        none
2026-01-03 13:00  3 -> 2    rollback done                 ${ARN}: slow
2026-01-03 12:00  2 -> 3    rolled back    pass           alarm serin-prod-canary-errors-3
2026-01-02 12:00  2 -> 3    rolled back    fail           p95 is 1.6 x; errors 4 %
2026-01-01 12:00  1 -> 2    promoted       pass

model    state     source   uploaded (UTC)
model-a  previous  trained  2026-01-01 00:00
model-b  active    trained  2026-01-01 00:00`);
});

it("keeps to the newest releases that are asked for", async () => {
  for (const to of ["2", "3", "4"]) world.release({ from: String(Number(to) - 1), to });
  const { events } = await readHistory(world.stage, 2);
  expect(events.map(({ to }) => to)).toEqual(["4", "3"]);
});

it("says so where there is nothing yet", async () => {
  const text = historyText(await readHistory(world.stage, 10));
  expect(text).toContain("No releases yet");
  expect(text).toContain("No models are registered.");
});

it("names the region of a stage that is not deployed", async () => {
  world.cloudFormation
    .on(DescribeStacksCommand)
    .rejects(awsError("ValidationError", "Stack with id serin-prod does not exist"));
  await expect(readHistory(world.stage, 10)).rejects.toThrow(
    "Stage prod is not deployed in us-east-1; run `npx sls deploy --stage prod`",
  );
});

it("says what to do where the alias is missing", async () => {
  world.lambda.on(GetAliasCommand).rejects(awsError("ResourceNotFoundException"));
  await expect(readHistory(world.stage, 10)).rejects.toThrow(
    "serin-prod-predict has no alias live: run `npx sls deploy",
  );
});
