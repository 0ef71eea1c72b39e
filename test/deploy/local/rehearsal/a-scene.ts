// Builds scenes out of the events and metrics that a release gives.
import type { MetricDatum } from "../../../../deploy/local/alarms/alarm";
import type { AlarmReading, DeploymentStep } from "../../../../deploy/local/codedeploy/events";
import type { Qualification } from "../../../../deploy/local/rehearsal/qualification";
import type { ScenarioName } from "../../../../deploy/local/rehearsal/scenarios";
import { type Mark, Scene } from "../../../../deploy/local/rehearsal/scene";

/** When scenes begin. */
export const START = Date.UTC(2026, 0, 5);

/** Ten times compressed. */
export const PACE = { requestsPerSecond: 50, timeScale: 10 } as const;

export const PASSED: Qualification = {
  verdict: "pass",
  reasons: ["0 of the canary's 300 requests failed, at most 2 %."],
  p95Ratio: 1.02,
  errorRate: 0,
  accuracyDifference: 0.003,
  accuracyInterval: [-0.02, 0.03],
  changedAnswers: 0.01,
};

export const FAILED: Qualification = { ...PASSED, verdict: "fail", reasons: ["The canary is slow."], p95Ratio: 2.1 };

/** A scene whose time is told in seconds. */
export class StagedScene {
  readonly marks: Mark[] = [];
  readonly scene: Scene;

  constructor(name: ScenarioName) {
    this.scene = new Scene(name, PACE, START, (mark) => this.marks.push(mark));
  }

  event(second: number, step: DeploymentStep): this {
    this.scene.addEvent({ deploymentId: "d-1", atMs: START + second * 1000, ...step });
    return this;
  }

  created(second = 5): this {
    return this.event(second, {
      kind: "created",
      stable: "1",
      canary: "2",
      config: "CodeDeployDefault.LambdaCanary10Percent15Minutes",
    });
  }

  shifted(second: number, canaryWeight: number): this {
    return this.event(second, { kind: "shifted", canaryWeight });
  }

  alarms(second: number, state: AlarmReading["state"], value: number): this {
    const name = "serin-local-canary-latency-2";
    return this.event(second, { kind: "alarms", alarms: [{ name, state, value, threshold: 1.3 }] });
  }

  ended(second: number, status: "Succeeded" | "Failed" | "Stopped", reason = "CodeDeploy's words"): this {
    return this.event(second, { kind: "ended", status, rolledBack: status !== "Succeeded", reason });
  }

  /** A request that a version answered or failed. */
  answered(second: number, version: string, latencyMs: number | undefined): this {
    const dimensions = { service: "predict", stage: "local", FunctionVersion: version };
    const datum = (name: string, value: number): MetricDatum => ({
      namespace: "Serin",
      name,
      dimensions,
      value,
      timestampMs: START + second * 1000,
    });
    this.scene.addMetric(datum("Requests", 1));
    this.scene.addMetric(datum("Faults", latencyMs === undefined ? 1 : 0));
    if (latencyMs !== undefined) this.scene.addMetric(datum("ComparedLatency", latencyMs));
    return this;
  }

  request(status: number | string, isInjected = false): this {
    this.scene.addRequest({ id: "id", atMs: START, ms: 1, status }, isInjected);
    return this;
  }
}

/** A whole release that an alarm stopped at 30 s. */
export function slowRelease(): StagedScene {
  const staged = new StagedScene("slow").created().shifted(10, 0.1);
  for (let second = 10; second < 30; second += 0.25) {
    staged.answered(second, "1", 100).request(200);
    if (Number.isInteger(second)) staged.answered(second, "2", 200).request(200);
  }
  staged.scene.addQualification(PASSED);
  return staged.alarms(20, "OK", 0).alarms(30, "ALARM", 2).shifted(30, 0).ended(30, "Stopped");
}
