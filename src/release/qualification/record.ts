// The record of one qualification: what the hook is told, and what is kept in Parameter Store.
import type { Verdict } from "../judge";

/** What comparing a canary with the stable version found. Rates, shares and differences are in [-1, 1]. */
export interface QualificationRecord {
  readonly deploymentId: string;
  /** Lambda version that is to take traffic. */
  readonly canary: string;
  /** Lambda version that takes it now; `none` when there is none. */
  readonly stable: string;
  readonly verdict: Verdict;
  /** What CodeDeploy is told. */
  readonly outcome: "Succeeded" | "Failed";
  readonly reasons: readonly string[];
  /** Canary's p95 of ComparedLatency over the stable one's. */
  readonly p95Ratio: number | null;
  /** Share of requests that the canary failed. */
  readonly errorRate: number | null;
  /** Canary's accuracy on the golden set minus the stable one's. */
  readonly accuracyDifference: number | null;
  readonly accuracyInterval: readonly [number, number] | null;
  /** Share of golden texts that the two versions label differently. */
  readonly changedAnswers: number | null;
  /** ISO 8601. */
  readonly at: string;
}
