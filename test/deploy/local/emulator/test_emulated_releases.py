"""Aliases that divide their traffic, and stacks that move them by CodeDeploy."""

import base64
import http.client
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from codedeploy_double import CodeDeployDouble
from emulator_process import Emulator, Template, until

TELLS_ITS_VERSION = """
import json, os, time
def handler(event, context):
    if (event or {}).get("folder"):
        open(event["folder"] + "/asked", "w").close()
        while not os.path.exists(event["folder"] + "/answer"):
            time.sleep(0.01)
    print(json.dumps({"_aws": {"CloudWatchMetrics": []}, "version": context.function_version}))
    return {"version": context.function_version, "colour": os.environ["COLOUR"]}
"""
CALLS = 60  # with a weight of 0.5, all of them reach one version once in 5 x 10^17 runs


@pytest.fixture(scope="module")
def codedeploy(emulator: Emulator) -> CodeDeployDouble:
    """The CodeDeploy that the emulator was started with."""
    return emulator.codedeploy


@pytest.fixture(scope="module")
def two_versions(emulator: Emulator) -> str:
    """Name of a function with versions 1 (blue) and 2 (green), and `live` pointing at 1."""
    functions = emulator.client("lambda")
    emulator.create_lambda("coloured", TELLS_ITS_VERSION, emulator.role("coloured"))
    for colour in ("blue", "green"):
        functions.update_function_configuration(
            FunctionName="coloured", Environment={"Variables": {"COLOUR": colour}}
        )
        functions.get_waiter("function_updated_v2").wait(
            FunctionName="coloured", WaiterConfig={"Delay": 0.05}
        )
        functions.publish_version(FunctionName="coloured")
    functions.create_alias(FunctionName="coloured", Name="live", FunctionVersion="1")
    return "coloured"


def divide(emulator: Emulator, function: str, weight: float) -> None:
    weights = {"2": weight} if weight else {}
    emulator.client("lambda").update_alias(
        FunctionName=function, Name="live", RoutingConfig={"AdditionalVersionWeights": weights}
    )


def invoke_live(emulator: Emulator, function: str) -> str:
    response = emulator.client("lambda").invoke(FunctionName=function, Qualifier="live")
    answer: dict[str, str] = json.load(response["Payload"])
    assert response["ExecutedVersion"] == answer["version"]
    return f"{answer['version']} {answer['colour']}"


def http_caller(emulator: Emulator, function: str) -> Callable[[], str]:
    """Calls the alias through an HTTP API."""
    gateway = emulator.client("apigatewayv2")
    api = gateway.create_api(Name="coloured", ProtocolType="HTTP")["ApiId"]
    integration = gateway.create_integration(
        ApiId=api,
        IntegrationType="AWS_PROXY",
        IntegrationUri=f"arn:aws:lambda:us-east-1:123456789012:function:{function}:live",
        PayloadFormatVersion="2.0",
    )["IntegrationId"]
    gateway.create_route(ApiId=api, RouteKey="GET /", Target=f"integrations/{integration}")
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)

    def call() -> str:
        connection = http.client.HTTPConnection(emulator.url.removeprefix("http://"))
        connection.request("GET", f"/_aws/execute-api/{api}/$default/")
        answer = json.load(connection.getresponse())
        connection.close()
        return f"{answer['version']} {answer['colour']}"

    return call


@pytest.mark.parametrize("way", ["invoke", "http"])
def test_an_alias_divides_calls_by_its_weights(emulator: Emulator, two_versions: str, way: str) -> None:
    call = (
        http_caller(emulator, two_versions) if way == "http" else lambda: invoke_live(emulator, two_versions)
    )
    divide(emulator, two_versions, 0.5)
    assert set(Counter(call() for _ in range(CALLS))) == {"1 blue", "2 green"}
    divide(emulator, two_versions, 1.0)
    assert {call() for _ in range(5)} == {"2 green"}
    divide(emulator, two_versions, 0)
    assert {call() for _ in range(5)} == {"1 blue"}


def test_a_divided_alias_is_described_by_its_own_version(emulator: Emulator, two_versions: str) -> None:
    divide(emulator, two_versions, 1.0)
    functions = emulator.client("lambda")
    described = functions.get_function_configuration(FunctionName=two_versions, Qualifier="live")
    assert described["Version"] == "1"
    divide(emulator, two_versions, 0)


def user_with(emulator: Emulator, name: str, action: str, resource: str) -> BaseClient:
    """Lambda's API with the rights of a new user."""
    iam = emulator.client("iam")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=policy)
    return emulator.client("lambda", key["AccessKeyId"], key["SecretAccessKey"])


FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:coloured"


@pytest.mark.parametrize("operation", ["get_alias", "update_alias", "delete_alias"])
def test_each_call_on_an_alias_needs_a_right_of_its_own(
    emulator: Emulator, two_versions: str, operation: str
) -> None:
    action = f"lambda:{operation.title().replace('_', '')}"
    emulator.client("lambda").create_alias(FunctionName=two_versions, Name=operation, FunctionVersion="1")
    others = user_with(emulator, f"not-{operation}", "lambda:ListAliases", FUNCTION)
    with pytest.raises(ClientError, match=f"not authorized to perform: {action}"):
        getattr(others, operation)(FunctionName=two_versions, Name=operation)
    user = user_with(emulator, operation, action, FUNCTION)
    getattr(user, operation)(FunctionName=two_versions, Name=operation)


def test_invoking_a_version_needs_the_right_on_it(emulator: Emulator, two_versions: str) -> None:
    user = user_with(emulator, "invoker", "lambda:InvokeFunction", f"{FUNCTION}:2")
    answer = json.load(user.invoke(FunctionName=two_versions, Qualifier="2")["Payload"])
    assert answer["colour"] == "green"
    for qualifier in ({"Qualifier": "1"}, {}):
        with pytest.raises(ClientError, match="not authorized to perform: lambda:InvokeFunction"):
            user.invoke(FunctionName=two_versions, **qualifier)


def test_the_log_tail_of_a_call_holds_what_the_function_printed(
    emulator: Emulator, two_versions: str
) -> None:
    response = emulator.client("lambda").invoke(FunctionName=two_versions, Qualifier="2", LogType="Tail")
    lines = base64.b64decode(response["LogResult"]).decode().splitlines()
    assert [json.loads(line)["version"] for line in lines if "_aws" in line] == ["2"]


def test_logs_can_be_searched_for_metrics_from_a_time_on(emulator: Emulator, two_versions: str) -> None:
    logs = emulator.client("logs")
    group = f"/aws/lambda/{two_versions}"

    def metrics(since: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = logs.filter_log_events(
            logGroupName=group, startTime=since, filterPattern='"CloudWatchMetrics"'
        )["events"]
        return found

    emulator.client("lambda").invoke(FunctionName=two_versions, Qualifier="1")
    before = metrics(0)
    assert {json.loads(event["message"])["version"] for event in before} >= {"1"}
    last = before[-1]["timestamp"]
    emulator.client("lambda").invoke(FunctionName=two_versions, Qualifier="2")
    after = [event for event in metrics(last) if event not in before]
    assert [json.loads(event["message"])["version"] for event in after] == ["2"]


def release(version: str, *, release: str = "canary", policy: bool = True, after: str = "alias") -> Template:
    """A stack with an alias that CodeDeploy moves; `version` 1 or 2 of the function coloured."""
    canary = {
        "ApplicationName": {"Ref": "Application"},
        "DeploymentGroupName": {"Ref": "Group"},
        "BeforeAllowTrafficHook": "hook",
    }
    immediate = {name: value for name, value in canary.items() if name != "BeforeAllowTrafficHook"}
    alarms = {
        "Enabled": {"Fn::If": ["Canary", True, False]},
        "Alarms": [{"Name": "slow"}],
    }
    group = {
        "ApplicationName": {"Ref": "Application"},
        "ServiceRoleArn": "arn:aws:iam::123456789012:role/codedeploy",
        "DeploymentConfigName": "CodeDeployDefault.LambdaCanary10Percent15Minutes",
        "AlarmConfiguration": alarms,
        "AutoRollbackConfiguration": {"Enabled": "true", "Events": ["DEPLOYMENT_FAILURE"]},
    }
    alias: dict[str, object] = {
        "Type": "AWS::Lambda::Alias",
        "DependsOn": ["Group"],
        "Properties": {"FunctionName": "coloured", "Name": "canaried", "FunctionVersion": version},
    }
    if policy:
        alias["UpdatePolicy"] = {
            "CodeDeployLambdaAliasUpdate": {"Fn::If": ["Canary", canary, immediate]},
        }
    parameter = {
        "Type": "AWS::SSM::Parameter",
        "DependsOn": ["Alias"],
        "Properties": {"Name": "/released", "Type": "String", "Value": version if after == "alias" else ""},
    }
    return {
        "Parameters": {"Release": {"Type": "String", "Default": release}},
        "Conditions": {"Canary": {"Fn::Equals": [{"Ref": "Release"}, "canary"]}},
        "Resources": {
            "Application": {
                "Type": "AWS::CodeDeploy::Application",
                "Properties": {"ApplicationName": "app", "ComputePlatform": "Lambda"},
            },
            "Group": {"Type": "AWS::CodeDeploy::DeploymentGroup", "Properties": group},
            "Alias": alias,
            "Parameter": parameter,
        },
        "Outputs": {"Group": {"Value": {"Ref": "Group"}}},
    }


@pytest.fixture
def released(
    emulator: Emulator, two_versions: str, codedeploy: CodeDeployDouble
) -> Iterator[Callable[[], str]]:
    """A stack whose alias is at version 1; gives the version it is at now."""
    assert two_versions == "coloured"
    codedeploy.calls.clear()
    codedeploy.status = "Succeeded"
    emulator.create_stack("release", release("1"))

    def version() -> str:
        alias = emulator.client("lambda").get_alias(FunctionName="coloured", Name="canaried")
        found: str = alias["FunctionVersion"]
        return found

    yield version
    emulator.delete_stack("release")


def test_a_stack_makes_its_application_and_group_and_deploys_nothing_at_first(
    released: Callable[[], str], codedeploy: CodeDeployDouble
) -> None:
    assert released() == "1"
    assert codedeploy.named("CreateApplication") == [{"applicationName": "app", "computePlatform": "Lambda"}]
    (group,) = codedeploy.named("CreateDeploymentGroup")
    assert re.fullmatch("release-group-[0-9a-f]+", group["deploymentGroupName"])
    assert group["alarmConfiguration"] == {"enabled": True, "alarms": [{"name": "slow"}]}
    assert group["autoRollbackConfiguration"] == {"enabled": True, "events": ["DEPLOYMENT_FAILURE"]}
    assert codedeploy.named("CreateDeployment") == []


def test_another_version_gets_the_alias_by_a_deployment(
    emulator: Emulator, released: Callable[[], str], codedeploy: CodeDeployDouble
) -> None:
    group = emulator.update_stack("release", release("2"))["Group"]
    assert released() == "2"
    (created,) = codedeploy.named("CreateDeployment")
    assert (created["applicationName"], created["deploymentGroupName"]) == ("app", group)
    properties = {"Name": "coloured", "Alias": "canaried", "CurrentVersion": "1", "TargetVersion": "2"}
    assert codedeploy.app_spec() == {
        "version": 0.0,
        "Resources": [{"canaried": {"Type": "AWS::Lambda::Function", "Properties": properties}}],
        "Hooks": [{"BeforeAllowTraffic": "hook"}],
    }


def test_the_policy_is_resolved_with_the_stacks_new_parameters(
    emulator: Emulator, released: Callable[[], str], codedeploy: CodeDeployDouble
) -> None:
    emulator.update_stack("release", release("2", release="immediate"))
    assert released() == "2"
    assert codedeploy.app_spec()["Hooks"] == []
    (group,) = codedeploy.named("UpdateDeploymentGroup")
    assert group["alarmConfiguration"]["enabled"] is False


@pytest.mark.parametrize("status", ["Failed", "Stopped"])
def test_a_deployment_without_success_rolls_the_stack_back_without_another(
    emulator: Emulator, released: Callable[[], str], codedeploy: CodeDeployDouble, status: str
) -> None:
    codedeploy.status = status
    stack, reason = emulator.failure("update", "release", release("2"))
    assert stack == "UPDATE_ROLLBACK_COMPLETE"
    assert f"{status.lower()}: The alarm slow is active. (ALARM_ACTIVE)" in reason
    assert released() == "1"
    assert len(codedeploy.named("CreateDeployment")) == 1
    parameter = emulator.client("ssm").get_parameter(Name="/released")["Parameter"]
    assert parameter["Value"] == "1"


def test_the_stack_is_rolled_back_once_the_version_has_answered_what_it_was_asked(
    emulator: Emulator, released: Callable[[], str], codedeploy: CodeDeployDouble, tmp_path: Path
) -> None:
    codedeploy.status = "Failed"
    ask = {"FunctionName": "coloured", "Qualifier": "2", "Payload": json.dumps({"folder": str(tmp_path)})}
    with ThreadPoolExecutor(2) as threads:
        try:
            answer = threads.submit(emulator.client("lambda").invoke, **ask)
            until((tmp_path / "asked").exists)
            threads.submit(emulator.failure, "update", "release", release("2"))
            until(lambda: len(codedeploy.named("GetDeployment")) > 0)
            for _ in range(CALLS):  # as long as a rollback takes, and much longer
                emulator.client("lambda").invoke(FunctionName="coloured", Qualifier="1")
            (stack,) = emulator.client("cloudformation").describe_stacks(StackName="release")["Stacks"]
            assert stack["StackStatus"] == "UPDATE_IN_PROGRESS"
        finally:
            (tmp_path / "answer").touch()
        assert json.load(answer.result()["Payload"])["version"] == "2"
    assert released() == "1"


def test_a_later_failure_takes_the_alias_back_at_once(
    emulator: Emulator, released: Callable[[], str], codedeploy: CodeDeployDouble
) -> None:
    broken = release("2")
    broken["Resources"]["Parameter"]["Properties"]["Type"] = "Nonsense"  # type: ignore[index]
    stack, _ = emulator.failure("update", "release", broken)
    assert stack == "UPDATE_ROLLBACK_COMPLETE"
    assert released() == "1"
    assert len(codedeploy.named("CreateDeployment")) == 1


def test_an_alias_without_a_policy_jumps(
    emulator: Emulator, released: Callable[[], str], codedeploy: CodeDeployDouble
) -> None:
    emulator.update_stack("release", release("2", policy=False))
    assert released() == "2"
    assert codedeploy.named("CreateDeployment") == []


def test_one_update_with_the_previous_template_and_other_parameters_is_enough(
    emulator: Emulator, released: Callable[[], str], codedeploy: CodeDeployDouble
) -> None:
    template = {**release("1")}
    template["Parameters"] = {
        "Release": {"Type": "String", "Default": "canary"},
        "Live": {"Type": "String", "Default": "2"},
    }
    template["Resources"]["Alias"]["Properties"]["FunctionVersion"] = {"Ref": "Live"}  # type: ignore[index]
    emulator.update_stack("release", template)
    cloudformation = emulator.client("cloudformation")
    cloudformation.update_stack(
        StackName="release",
        UsePreviousTemplate=True,
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[
            {"ParameterKey": "Release", "UsePreviousValue": True},
            {"ParameterKey": "Live", "ParameterValue": "1"},
        ],
    )
    until(lambda: released() == "1")
    cloudformation.get_waiter("stack_update_complete").wait(StackName="release", WaiterConfig={"Delay": 0.05})
    (resource,) = codedeploy.app_spec()["Resources"]
    assert resource["canaried"]["Properties"]["TargetVersion"] == "1"
    assert codedeploy.app_spec()["Hooks"] == [{"BeforeAllowTraffic": "hook"}]


def test_a_user_needs_the_right_on_the_deployment_group(
    emulator: Emulator, codedeploy: CodeDeployDouble
) -> None:
    iam = emulator.client("iam")
    iam.create_user(UserName="releaser")
    key = iam.create_access_key(UserName="releaser")["AccessKey"]
    client = emulator.client("codedeploy", key["AccessKeyId"], key["SecretAccessKey"])
    group = "arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:app/group"
    statement = {"Effect": "Allow", "Action": "codedeploy:GetDeployment", "Resource": group}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    with pytest.raises(
        ClientError, match=rf"not authorized to perform: codedeploy:GetDeployment on resource: {group}"
    ):
        client.get_deployment(deploymentId="d-1")
    iam.put_user_policy(UserName="releaser", PolicyName="read", PolicyDocument=policy)
    assert client.get_deployment(deploymentId="d-1")["deploymentInfo"]["applicationName"] == "app"
    with pytest.raises(ClientError, match="codedeploy:StopDeployment"):
        client.stop_deployment(deploymentId="d-1")


def test_codedeploys_errors_keep_their_names(emulator: Emulator) -> None:
    client = emulator.client("codedeploy")
    with pytest.raises(client.exceptions.DeploymentDoesNotExistException):
        client.get_deployment(deploymentId="d-UNKNOWN")


ALARM = {
    "AlarmName": "canary-latency-2",
    "Metrics": [
        {"Id": "ratio", "Expression": "IF(n >= 100, p95 / 2, 0)", "Label": "x", "ReturnData": True},
        {
            "Id": "n",
            "ReturnData": False,
            "MetricStat": {
                "Metric": {
                    "Namespace": "Serin",
                    "MetricName": "ComparedLatency",
                    "Dimensions": [{"Name": "FunctionVersion", "Value": "2"}],
                },
                "Period": 300,
                "Stat": "SampleCount",
            },
        },
    ],
    "ComparisonOperator": "GreaterThanThreshold",
    "EvaluationPeriods": 1,
    "Threshold": 1.3,
}


def test_an_alarms_state_can_be_set_and_is_described_with_its_metrics(emulator: Emulator) -> None:
    cloudwatch = emulator.client("cloudwatch")
    resources = {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": ALARM}}
    emulator.create_stack("canary-alarm", {"Resources": resources})
    cloudwatch.set_alarm_state(AlarmName="canary-latency-2", StateValue="ALARM", StateReason="2 > 1.3")
    (described,) = cloudwatch.describe_alarms(AlarmNames=["canary-latency-2"])["MetricAlarms"]
    assert described["StateValue"] == "ALARM"
    assert [metric["Id"] for metric in described["Metrics"]] == ["ratio", "n"]
    stat = described["Metrics"][1]["MetricStat"]
    assert (stat["Metric"]["Dimensions"], stat["Stat"]) == (
        [{"Name": "FunctionVersion", "Value": "2"}],
        "SampleCount",
    )
    emulator.delete_stack("canary-alarm")
