// The names that are made of a stage's fit into what AWS allows, for the longest and the shortest stage, and begin with `serin-<stage>`.
import { packageService, type Template } from "../../deploy/packaged-service";

/** Most characters, by type and property; from each service's API reference. */
const LIMITS: Readonly<Record<string, number>> = {
  "AWS::ApplicationAutoScaling::ScalingPolicy PolicyName": 256,
  "AWS::ApplicationSignals::ServiceLevelObjective Name": 128,
  "AWS::Chatbot::SlackChannelConfiguration ConfigurationName": 128,
  "AWS::CloudWatch::Alarm AlarmName": 255,
  "AWS::CloudWatch::CompositeAlarm AlarmName": 255,
  "AWS::CloudWatch::Dashboard DashboardName": 255,
  "AWS::CodeDeploy::Application ApplicationName": 100,
  "AWS::CodeDeploy::DeploymentGroup DeploymentGroupName": 100,
  "AWS::Cognito::UserPool UserPoolName": 128,
  "AWS::Cognito::UserPoolClient ClientName": 128,
  "AWS::Cognito::UserPoolDomain Domain": 63,
  "AWS::Events::Rule Name": 64,
  "AWS::IAM::ManagedPolicy ManagedPolicyName": 128,
  "AWS::IAM::Role RoleName": 64,
  "AWS::KMS::Alias AliasName": 256,
  "AWS::Lambda::Function FunctionName": 64,
  "AWS::Logs::LogGroup LogGroupName": 512,
  "AWS::Logs::QueryDefinition Name": 255,
  "AWS::Scheduler::Schedule Name": 64,
  "AWS::Scheduler::ScheduleGroup Name": 64,
  "AWS::SNS::Topic TopicName": 256,
  "AWS::SQS::Queue QueueName": 80,
  "AWS::SSM::Parameter Name": 1011,
  "AWS::SageMaker::Endpoint EndpointName": 63,
};

/** Names within something that has the stage's; and the API's, which need not be its own and osls gives it (`<stage>-serin`). */
const INNER = /^(HttpApi|ApiScopes|.*Permission$)/;

const EVERYTHING = [
  "network=private",
  "hosting=realtime",
  "alarmEmail=ops@example.com",
  "slackWorkspace=T0123ABCD",
  "slackChannel=C0123ABCD",
].map((parameter) => `--param=${parameter}`);

function packaged(stage: string): Template {
  const service = packageService(stage, ...EVERYTHING);
  service.remove();
  return service.template;
}

/** Type and property, with the name as it is on AWS; what is generated is left out. */
function names(template: Template): readonly (readonly [string, string])[] {
  return Object.entries(template.Resources).flatMap(([logicalId, { Type, Properties }]) => {
    if (INNER.test(logicalId)) return [];
    const named = Object.entries(Properties).filter(([property]) => /^(.*Name|Name|Domain)$/.test(property));
    return named.flatMap(([property, value]) => {
      const name = known(value);
      return name === undefined || !name.includes("serin") ? [] : [[`${Type} ${property}`, name] as const];
    });
  });
}

function known(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const sub: unknown = Object(value)["Fn::Sub"];
  return typeof sub === "string" ? sub.replaceAll("${AWS::AccountId}", "123456789012") : undefined;
}

describe.each(["x", "a-stage-of-20-letter"])("stage %s", (stage) => {
  let all: ReturnType<typeof names>;
  beforeAll(() => {
    all = names(packaged(stage));
  }, 60_000);

  it("has names that fit", () => {
    expect(all.length).toBeGreaterThan(30);
    const tooLong = all.filter(([kind, name]) => name.length > (LIMITS[kind] ?? 0));
    expect(tooLong).toEqual([]); // a kind without limit has one to look up
  });

  it("has names of its own", () => {
    const foreign = all.filter(([, name]) => !new RegExp(`serin[-/]${stage}(?![a-z0-9])`).test(name));
    expect(foreign).toEqual([]);
  });
});
