// What a release on the local target tells its onlookers, step by step.

/** One alarm of the deployment group, as last evaluated. */
export interface AlarmReading {
  readonly name: string;
  readonly state: "OK" | "ALARM" | "INSUFFICIENT_DATA";
  /** The metric's latest value; null where there is too little data for one. */
  readonly value: number | null;
  readonly threshold: number;
}

/** A step, without when and of which deployment. */
export type DeploymentStep =
  | { readonly kind: "created"; readonly stable: string; readonly canary: string; readonly config: string }
  | { readonly kind: "hook"; readonly status: "InProgress" | "Succeeded" | "Failed" }
  /** `canaryWeight` is the new version's share of the traffic, 0 to 1. */
  | { readonly kind: "shifted"; readonly canaryWeight: number }
  | { readonly kind: "alarms"; readonly alarms: readonly AlarmReading[] }
  | {
      readonly kind: "ended";
      readonly status: "Succeeded" | "Failed" | "Stopped";
      /** Whether CodeDeploy saw to it that all traffic is on the stable version. */
      readonly rolledBack: boolean;
      readonly reason: string;
    };

export type DeploymentEvent = { readonly deploymentId: string; readonly atMs: number } & DeploymentStep;
