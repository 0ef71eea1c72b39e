// What a job may take and cost, said before it starts.
import type { DataSet } from "./data-set";

/**
 * USD an hour for one training instance in us-east-1 (aws.amazon.com/sagemaker/pricing, 2026): from the smallest instance with a GPU,
 * ml.g4dn.xlarge, to ml.p3.2xlarge. Autopilot does not say which it takes.
 */
const USD_AN_HOUR = [0.736, 3.825] as const;

/** Lines for a person who is about to pay. */
export function estimate({ rows, counts }: DataSet, name: string, maxHours: number): string {
  const labels = [...counts].map(([label, count]) => `${label} ${count}`).join(", ");
  const [least, most] = USD_AN_HOUR.map((price) => (price * maxHours).toFixed(0));
  return [
    `Autopilot job ${name}: ${rows} rows (${labels}), a fifth of them for validation, one candidate.`,
    `It may run for ${maxHours} h; AWS says 2 to 5 h for a text model of Canvas, which Autopilot builds too.`,
    `AWS bills the instances that Autopilot chooses, and names no price before: one with a GPU for all of ${maxHours} h is about ${least} to ${most} USD.`,
    "The data stay in the stage's bucket until `sls remove`.",
  ].join("\n");
}
