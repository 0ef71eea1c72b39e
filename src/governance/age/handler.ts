// Says every day how old the newest report is: an alarm can look back for 7 days at most, and reports are a week apart.
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { GetParameterCommand, ParameterNotFound, SSMClient } from "@aws-sdk/client-ssm";
import { required } from "../../configuration/environment";
import { METRIC_NAMESPACE } from "../../telemetry/telemetry";

const DAY_MS = 24 * 3_600_000;

const stage = required(process.env, "STAGE");
/** Names of the parameters that are as old as the newest report, and as the stage: without a report, its age counts. */
const names = [required(process.env, "LATEST_REPORT"), required(process.env, "SINCE")];

const ssm = new SSMClient({});

/** Publishes ReportAge, in days. @throws Error when the stage has neither parameter, or the SDK's error. */
export async function handler(): Promise<void> {
  const metrics = new Metrics({
    namespace: METRIC_NAMESPACE,
    serviceName: "governance",
    defaultDimensions: { stage },
  });
  const changed = await lastChange(names);
  metrics.addMetric("ReportAge", MetricUnit.NoUnit, (Date.now() - changed.getTime()) / DAY_MS);
  metrics.publishStoredMetrics();
}

/** Of the first that is there. */
async function lastChange([name, ...others]: readonly string[]): Promise<Date> {
  if (name === undefined) throw new Error(`stage ${stage} has no parameter ${names.join(" and no ")}; deploy it again`);
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: name }));
    if (Parameter?.LastModifiedDate) return Parameter.LastModifiedDate;
  } catch (error) {
    if (!(error instanceof ParameterNotFound)) throw error;
  }
  return lastChange(others);
}
