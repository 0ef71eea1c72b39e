import { isAsItShouldBe, resultOf } from "../../../../deploy/local/rehearsal/result";
import { FAILED, PASSED, StagedScene, slowRelease } from "./a-scene";

it("is what --json prints", () => {
  const result = resultOf(slowRelease().scene);
  expect(JSON.parse(JSON.stringify(result))).toEqual({
    scenario: "slow",
    outcome: "rolled back",
    expected: "rolled back",
    reason: "alarm: p95, canary / stable is 2.00, more than 1.30",
    seconds: 30,
    user_requests: 100,
    user_requests_failed: 0,
    user_requests_lost: 0,
    stable_version: "1",
    canary_version: "2",
    stable_p95_ms: 100,
    canary_p95_ms: 200,
    p95_ratio: 2,
    stable_error_rate: 0,
    canary_error_rate: 0,
    canary_requests: 20,
    qualification: PASSED,
    requests_per_second: 50,
    time_scale: 10,
  });
  expect(isAsItShouldBe(result)).toBe(true);
});

it("has no numbers of a canary that never had traffic", () => {
  const { scene } = new StagedScene("quiet").created().answered(10, "1", 100).ended(20, "Failed");
  scene.addQualification(FAILED);
  expect(resultOf(scene)).toMatchObject({
    outcome: "rolled back",
    stable_p95_ms: null,
    canary_p95_ms: null,
    p95_ratio: null,
    canary_error_rate: null,
    qualification: { verdict: "fail" },
    requests_per_second: 0.5,
  });
});

it("is wrong when the outcome is, or when a request was lost", () => {
  const promoted = new StagedScene("slow").created().ended(20, "Succeeded");
  expect(isAsItShouldBe(resultOf(promoted.scene))).toBe(false);
  const lost = new StagedScene("good").created().request(502).ended(20, "Succeeded");
  expect(isAsItShouldBe(resultOf(lost.scene))).toBe(false);
  const injected = new StagedScene("errors").created().request(503, true).ended(20, "Stopped");
  expect(isAsItShouldBe(resultOf(injected.scene))).toBe(true);
});

it("does not exist before the end", () => {
  expect(() => resultOf(new StagedScene("good").created().scene)).toThrow("scenario good has not ended");
});
