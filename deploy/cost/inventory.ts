// What in a compiled template costs money whether or not anybody calls.
import type { Template } from "../packaged-service";

/** Counts of what is billed by the month. */
export interface Inventory {
  /** Metrics that alarms watch. */
  readonly alarmMetrics: number;
  readonly compositeAlarms: number;
  readonly objectives: number;
  readonly dashboards: number;
  readonly keys: number;
  /** Interface endpoints of a VPC, counted in each availability zone. */
  readonly interfaceEndpointZones: number;
  /** Memory of predict in GB. */
  readonly lambdaGb: number;
  /** Instances of each model version's endpoint at least, and the invocations a minute above which there are more. */
  readonly minInstances: number;
  readonly invocationsPerInstance: number;
}

/** Of a template whose model is hosted on instances. */
export function inventoryOf({ Resources }: Template): Inventory {
  const ofType = (type: string) =>
    Object.values(Resources).flatMap(({ Type, Properties }) => (Type === type ? [Properties] : []));
  const [scalableTarget = {}] = ofType("AWS::ApplicationAutoScaling::ScalableTarget");
  const [scalingPolicy = {}] = ofType("AWS::ApplicationAutoScaling::ScalingPolicy");
  const sum = (figures: readonly number[]) => figures.reduce((total, figure) => total + figure, 0);
  return {
    alarmMetrics: sum(ofType("AWS::CloudWatch::Alarm").map(alarmMetrics)),
    compositeAlarms: ofType("AWS::CloudWatch::CompositeAlarm").length,
    objectives: ofType("AWS::ApplicationSignals::ServiceLevelObjective").length,
    dashboards: ofType("AWS::CloudWatch::Dashboard").length,
    keys: ofType("AWS::KMS::Key").length,
    interfaceEndpointZones: sum(ofType("AWS::EC2::VPCEndpoint").map(zones)),
    lambdaGb: Number(Resources["PredictLambdaFunction"]?.Properties["MemorySize"]) / 1024,
    minInstances: Number(scalableTarget["MinCapacity"]),
    invocationsPerInstance: Number(
      Reflect.get(Object(scalingPolicy["TargetTrackingScalingPolicyConfiguration"]), "TargetValue"),
    ),
  };
}

/** An anomaly band counts as two more: https://aws.amazon.com/cloudwatch/pricing, as deploy/prices.json's source counts it. */
function alarmMetrics({ Metrics }: Readonly<Record<string, unknown>>): number {
  if (!Array.isArray(Metrics)) return 1;
  const queries = Metrics.map(Object);
  const bands = queries.filter(({ Expression = "" }) => String(Expression).includes("ANOMALY_DETECTION_BAND"));
  return queries.filter(({ MetricStat }) => MetricStat !== undefined).length + 2 * bands.length;
}

function zones({ VpcEndpointType, SubnetIds }: Readonly<Record<string, unknown>>): number {
  return VpcEndpointType === "Interface" && Array.isArray(SubnetIds) ? SubnetIds.length : 0;
}
