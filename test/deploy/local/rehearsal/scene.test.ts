import type { Qualification } from "../../../../deploy/local/rehearsal/qualification";
import { alarmLabel, isGateOpen } from "../../../../deploy/local/rehearsal/scene";
import { FAILED, PASSED, START, StagedScene, slowRelease } from "./a-scene";

const at = (second: number) => START + second * 1000;

describe("a scene", () => {
  it("tells what happened, when, in words", () => {
    const { marks } = slowRelease();
    const told = marks.map(({ at: second, kind, text }) => [Math.round(second), kind, text]);
    expect(told).toContainEqual([5, "step", "release d-1: version 2 is to replace 1"]);
    expect(told).toContainEqual([10, "shift", "10 % of the traffic goes to version 2"]);
    expect(told).toContainEqual([30, "alarm", "alarm: p95, canary / stable is 2.00, more than 1.30"]);
    expect(told).toContainEqual([30, "rollback", "all traffic is back on version 1"]);
    expect(told.at(-1)).toEqual([30, "outcome", "rolled back, as it should be"]);
  });

  it("says when the outcome is not the scenario's", () => {
    const { marks } = new StagedScene("slow").created().shifted(10, 0.1).shifted(40, 1).ended(40, "Succeeded");
    expect(marks.at(-1)?.text).toBe("promoted, but it should not");
  });

  it("mentions an alarm once, however often it is evaluated", () => {
    const { marks } = new StagedScene("slow").created().alarms(20, "ALARM", 2).alarms(21, "ALARM", 2);
    expect(marks.filter(({ kind }) => kind === "alarm")).toHaveLength(1);
  });

  it("has the window's p95, error rate and number of samples of both versions", () => {
    const { scene } = new StagedScene("errors")
      .created()
      .answered(10, "1", 90)
      .answered(11, "2", 100)
      .answered(12, "2", undefined);
    expect(scene.now(at(12))).toMatchObject({
      at: 12,
      canaryWeight: 0,
      stable: { requests: 1, errorRate: 0, p95Ms: 90, compared: 1 },
      canary: { requests: 2, errorRate: 0.5, p95Ms: 100, compared: 1 },
    });
  });

  it("forgets what is older than the alarms' window in compressed time", () => {
    const { scene } = new StagedScene("good").created().answered(10, "1", 500);
    const { windowSeconds } = scene;
    const staged = scene.moments().length; // the newest datum ends the scene
    expect(staged).toBeGreaterThan(0);
    const later = new StagedScene("good")
      .created()
      .answered(10, "1", 500)
      .answered(10 + windowSeconds, "1", 100);
    expect(later.scene.now(at(10 + windowSeconds)).stable.p95Ms).toBe(100);
    expect(later.scene.now(at(9.9 + windowSeconds)).stable.p95Ms).not.toBe(100);
  });

  it("leaves out what the hook's requests published", () => {
    const { scene } = new StagedScene("good").created();
    const dimensions = { service: "predict-qualification", stage: "local", FunctionVersion: "2" };
    scene.addMetric({ namespace: "Serin", name: "ComparedLatency", dimensions, value: 9, timestampMs: at(10) });
    expect(scene.now(at(10)).canary.compared).toBe(0);
  });

  it("knows the canary's share at every moment", () => {
    const { scene } = slowRelease();
    const share = (second: number) => scene.moments().find((moment) => moment.at === second)?.canaryWeight;
    expect([share(9.5), share(10), share(29.5), share(30)]).toEqual([0, 0.1, 0.1, 0]);
  });

  it("says where it stands, in minutes of life", () => {
    const staged = new StagedScene("good");
    const phase = (second: number) => staged.scene.phase(at(second));
    expect(phase(1)).toBe("sls deploy");
    staged.created();
    expect(phase(6)).toMatch(/hook/);
    staged.shifted(10, 0.1);
    expect(phase(16)).toBe("minute 1 of 15"); // 6 s, ten times compressed
    staged.shifted(100, 1).ended(100, "Succeeded");
    expect(phase(101)).toBe("promoted");
  });

  it("counts failed requests, and as lost those that no fault explains", () => {
    const staged = new StagedScene("errors").request(200).request(503, true).request("socket hang up").request(429);
    expect(staged.scene.requests).toEqual({ total: 4, failed: 3, lost: 2 });
    expect(staged.marks.map(({ text }) => text)).toEqual([
      "a user's request failed for no injected fault: socket hang up",
    ]);
  });
});

describe("the reason", () => {
  it("is what the alarms found", () => {
    expect(slowRelease().scene.reason).toBe("alarm: p95, canary / stable is 2.00, more than 1.30");
  });

  it("is what the hook found, even when its record is read after the release has ended", () => {
    const { scene } = new StagedScene("quiet").created().ended(20, "Failed");
    expect(scene.reason).toBe("CodeDeploy's words");
    scene.addQualification(FAILED);
    expect(scene.reason).toBe("hook: The canary is slow.");
  });

  it("is CodeDeploy's own after a promotion", () => {
    const { scene } = new StagedScene("good").created().ended(20, "Succeeded", "Version 2 has all the traffic.");
    scene.addQualification(PASSED);
    expect(scene.reason).toBe("Version 2 has all the traffic.");
  });
});

describe("the hook", () => {
  it("is told of when it begins, and by its verdict, not when CodeDeploy hears of its end", () => {
    const { marks } = new StagedScene("good")
      .created()
      .event(6, { kind: "hook", status: "InProgress" })
      .event(9, { kind: "hook", status: "Succeeded" });
    expect(marks.filter(({ kind }) => kind === "hook")).toEqual([
      { at: 6, kind: "hook", text: "the hook asks both versions the golden set" },
    ]);
  });

  it("has its numbers told, a dash for each that it could not measure", () => {
    const told = (found: Qualification | undefined) => {
      const { scene, marks } = new StagedScene("good");
      scene.addQualification(found);
      return marks.map(({ text }) => text);
    };
    expect(told(PASSED)).toEqual(["hook: pass (p95 ratio 1.02, errors 0.0 %, accuracy +0.3 points)"]);
    expect(told({ ...FAILED, accuracyDifference: -0.147 })).toEqual([
      "hook: fail (p95 ratio 2.10, errors 0.0 %, accuracy -14.7 points)",
    ]);
    expect(told({ ...FAILED, p95Ratio: null, errorRate: null, accuracyDifference: null })).toEqual([
      "hook: fail (p95 ratio –, errors –, accuracy –)",
    ]);
    expect(told(undefined)).toEqual(["hook: it left no record"]);
  });
});

describe("an alarm on errors", () => {
  const errors = { name: "serin-local-canary-errors-2", threshold: 0.02 };

  it("is told of in percent", () => {
    const { marks } = new StagedScene("errors")
      .created()
      .event(20, { kind: "alarms", alarms: [{ ...errors, state: "ALARM", value: 0.05 }] });
    expect(marks.at(-1)?.text).toBe("alarm: canary's error rate is 5.0 %, more than 2.0 %");
  });

  it("decides by the canary's requests alone, one on latency by both versions' samples", () => {
    const opens = (name: string, stable: number, canary: number) => {
      const staged = new StagedScene("errors").created();
      for (let made = 0; made < stable; made += 1) staged.answered(10, "1", 100);
      for (let made = 0; made < canary; made += 1) staged.answered(10, "2", 100);
      return isGateOpen({ ...errors, name, state: "OK", value: 0 }, staged.scene.now(at(10)));
    };
    expect([opens(errors.name, 0, 99), opens(errors.name, 0, 100)]).toEqual([false, true]);
    const latency = "serin-local-canary-latency-2";
    expect([opens(latency, 100, 99), opens(latency, 99, 100), opens(latency, 100, 100)]).toEqual([false, false, true]);
  });

  it("has its own name where that tells nothing", () => {
    expect(alarmLabel({ ...errors, name: "disk", state: "OK", value: 0 })).toBe("disk");
  });
});

it("has no outcome when the traffic was left between the versions", () => {
  const { marks } = new StagedScene("slow")
    .created()
    .shifted(10, 0.1)
    .event(20, { kind: "ended", status: "Failed", rolledBack: false, reason: "the alias cannot be changed" });
  expect(marks.map(({ kind }) => kind)).not.toContain("outcome");
});

describe("before the end", () => {
  it("there is no reason yet, and the newest metrics are the decisive ones", () => {
    const { scene } = new StagedScene("good").created().answered(12, "1", 90);
    expect(scene.reason).toBe("");
    expect(scene.decisive().stable).toMatchObject({ requests: 1, p95Ms: 90 });
  });

  it("there are moments even without a metric", () => {
    const { scene } = new StagedScene("good").created();
    expect(scene.moments(1).map((moment) => [moment.at, moment.stable.requests])).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
    ]);
  });
});
