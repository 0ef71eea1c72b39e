// A report's figures as metrics (EMF), with the dimensions service and stage.
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { METRIC_NAMESPACE } from "../../telemetry/telemetry";
import type { ReportSummary } from "../summary";

/**
 * Publishes ReportPublished (1), ReportAge (0 days) and, of a report with verdicts, WorseVerdicts; DriftedFeatures and HighestPsi where drift was judged.
 * @param summary - undefined for a report of Clarify's.
 */
export function publishMetrics(stage: string, summary: ReportSummary | undefined): void {
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: "governance", defaultDimensions: { stage } });
  metrics.addMetric("ReportPublished", MetricUnit.Count, 1);
  metrics.addMetric("ReportAge", MetricUnit.NoUnit, 0); // days; src/governance/age says so every day
  if (summary !== undefined) metrics.addMetric("WorseVerdicts", MetricUnit.Count, summary.tally.worse);
  const drift = summary?.drift ?? null;
  if (drift !== null && drift.verdict !== "insufficient data") {
    const drifted = drift.features.filter(({ verdict }) => verdict === "drift");
    metrics.addMetric("DriftedFeatures", MetricUnit.Count, drifted.length);
    const indices = drift.features.flatMap(({ psi }) => psi ?? []);
    if (indices.length > 0) metrics.addMetric("HighestPsi", MetricUnit.NoUnit, Math.max(...indices));
  }
  metrics.publishStoredMetrics();
}
