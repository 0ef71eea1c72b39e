// What is in the emulated account, by kind: to see that stages do not meet, and what is left when they are removed.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CloudWatchClient, DescribeAlarmsCommand, GetDashboardCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CognitoIdentityProviderClient, ListUserPoolsCommand } from "@aws-sdk/client-cognito-identity-provider";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { IAMClient, ListPoliciesCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import {
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelsCommand,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { ListTopicsCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetParametersByPathCommand, SSMClient } from "@aws-sdk/client-ssm";
import { clientConfig, REGION, slsEnvironment } from "../../deploy/local/aws";
import { PYTHON } from "../../deploy/python-env";

export type Inventory = Readonly<Record<string, readonly string[]>>;

/** Names by kind; kinds of which there is nothing are left out. */
export async function inventory(awsUrl: string): Promise<Inventory> {
  const config = clientConfig(awsUrl);
  const [cloudWatch, sageMaker, iam] = [
    new CloudWatchClient(config),
    new SageMakerClient(config),
    new IAMClient(config),
  ];
  const alarms = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmTypes: ["MetricAlarm", "CompositeAlarm"] }));
  const found = {
    alarms: [...(alarms.MetricAlarms ?? []), ...(alarms.CompositeAlarms ?? [])].map(({ AlarmName }) => AlarmName),
    buckets: (await new S3Client(config).send(new ListBucketsCommand())).Buckets?.map(({ Name }) => Name),
    configs: (await sageMaker.send(new ListEndpointConfigsCommand())).EndpointConfigs?.map(
      ({ EndpointConfigName }) => EndpointConfigName,
    ),
    dashboards: await dashboards(cloudWatch),
    endpoints: (await sageMaker.send(new ListEndpointsCommand())).Endpoints?.map(({ EndpointName }) => EndpointName),
    functions: (await new LambdaClient(config).send(new ListFunctionsCommand())).Functions?.map(
      ({ FunctionName }) => FunctionName,
    ),
    logGroups: (await new CloudWatchLogsClient(config).send(new DescribeLogGroupsCommand())).logGroups?.map(
      ({ logGroupName }) => logGroupName,
    ),
    models: (await sageMaker.send(new ListModelsCommand())).Models?.map(({ ModelName }) => ModelName),
    parameters: (
      await new SSMClient(config).send(new GetParametersByPathCommand({ Path: "/serin", Recursive: true }))
    ).Parameters?.map(({ Name }) => Name),
    policies: (await iam.send(new ListPoliciesCommand({ Scope: "Local" }))).Policies?.map(
      ({ PolicyName }) => PolicyName,
    ),
    pools: (
      await new CognitoIdentityProviderClient(config).send(new ListUserPoolsCommand({ MaxResults: 10 }))
    ).UserPools?.map(({ Name }) => Name),
    roles: (await iam.send(new ListRolesCommand())).Roles?.map(({ RoleName }) => RoleName).filter((name) =>
      name?.startsWith("serin"),
    ),
    tables: (await new DynamoDBClient(config).send(new ListTablesCommand())).TableNames,
    topics: (await new SNSClient(config).send(new ListTopicsCommand())).Topics?.map(({ TopicArn }) => TopicArn),
  };
  const there = Object.entries(found).map(([kind, names = []]) => [kind, names.map(String).sort()] as const);
  return Object.fromEntries(there.filter(([, names]) => names.length > 0));
}

/** Asked for one by one: the SDK cannot read the emulated list of them. */
async function dashboards(cloudWatch: CloudWatchClient): Promise<readonly string[]> {
  const looks = ["serin-prod", "serin-x"].map((DashboardName) =>
    cloudWatch.send(new GetDashboardCommand({ DashboardName })).then(
      () => [DashboardName],
      () => [],
    ),
  );
  return (await Promise.all(looks)).flat();
}

/** What there is no SDK client for here: keys that are in use, rules, and networks beside the account's own. */
export async function othersLeft(awsUrl: string) {
  const list = async (query: string, ...command: readonly string[]): Promise<readonly string[]> => {
    const output = ["--region", REGION, "--query", query, "--output", "text"];
    const { stdout } = await promisify(execFile)(PYTHON, ["-m", "awscli", ...command, ...output], {
      env: slsEnvironment(awsUrl),
    });
    return stdout.split(/\s+/).filter((word) => word !== "");
  };
  const keyIds = await list("Keys[].KeyId", "kms", "list-keys");
  const states = keyIds.map((id) => list("KeyMetadata.KeyState", "kms", "describe-key", "--key-id", id));
  const [rules, networks] = await Promise.all([
    list("Rules[].Name", "events", "list-rules"),
    list("Vpcs[?!IsDefault].VpcId", "ec2", "describe-vpcs"),
  ]);
  const keys = (await Promise.all(states)).flat().filter((state) => state === "Enabled"); // others wait for their deletion
  return { keys: keys.length, rules, networks };
}
