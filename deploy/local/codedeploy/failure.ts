// Why a deployment ended before its time.
import type { AutoRollbackEvent, ErrorCode } from "@aws-sdk/client-codedeploy";

interface Effect {
  readonly status: "Failed" | "Stopped";
  /** The event on which a deployment group may ask for a rollback. */
  readonly event: AutoRollbackEvent;
}

const FAILED: Effect = { status: "Failed", event: "DEPLOYMENT_FAILURE" };
const EFFECTS: Partial<Record<ErrorCode, Effect>> = {
  ALARM_ACTIVE: { status: "Stopped", event: "DEPLOYMENT_STOP_ON_ALARM" },
  MANUAL_STOP: { status: "Stopped", event: "DEPLOYMENT_STOP_ON_REQUEST" },
};

/** Ends a deployment; the message goes to its record. */
export class DeploymentFailure extends Error {
  override readonly name = "DeploymentFailure";

  /** @param rollBack - What the person who stopped it wants; otherwise the deployment group says. */
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly rollBack?: boolean,
  ) {
    super(message);
  }

  /** What it makes of the deployment. */
  get effect(): Effect {
    return EFFECTS[this.code] ?? FAILED;
  }
}
