"""CloudFormation types and HTTP API details that the emulator adds to MiniStack's."""

import base64
import http.client
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from emulator_process import TIMEOUT_S, Emulator, free_port, launch

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
VARIANT = {
    "ResourceId": "endpoint/e/variant/all",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    "ServiceNamespace": "sagemaker",
}
RECORDED: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "Target": ("AWS::ApplicationAutoScaling::ScalableTarget", VARIANT),
    "Policy": (
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        {"PolicyName": "track", "ScalingTargetId": {"Ref": "Target"}},
    ),
    "Objective": ("AWS::ApplicationSignals::ServiceLevelObjective", {"Name": "fast"}),
    "Query": ("AWS::Athena::NamedQuery", {"Name": "q", "QueryString": "SELECT 1"}),
    "Budget": ("AWS::Budgets::Budget", {"Budget": {"BudgetName": "monthly"}}),
    "Slack": (
        "AWS::Chatbot::SlackChannelConfiguration",
        {"ConfigurationName": "alarms", "SlackWorkspaceId": "T0123ABCD"},
    ),
    "Band": ("AWS::CloudWatch::AnomalyDetector", {"MetricName": "Faults", "Namespace": "Serin"}),
    "FlowLog": ("AWS::EC2::FlowLog", {"ResourceId": "vpc-1"}),
    "Definition": ("AWS::Logs::QueryDefinition", {"Name": "slow"}),
}
ATTRIBUTES = {
    "PolicyArn": ("Policy", "Arn"),
    "ObjectiveArn": ("Objective", "Arn"),
    "QueryId": ("Query", "NamedQueryId"),
    "DefinitionId": ("Definition", "QueryDefinitionId"),
}


def recorded(**changed: dict[str, object]) -> dict[str, object]:
    properties = {name: {**given, **changed.get(name, {})} for name, (_, given) in RECORDED.items()}
    resources = {name: {"Type": kind, "Properties": properties[name]} for name, (kind, _) in RECORDED.items()}
    refs = {name: {"Value": {"Ref": name}} for name in RECORDED}
    attributes = {name: {"Value": {"Fn::GetAtt": [*attribute]}} for name, attribute in ATTRIBUTES.items()}
    return {"Resources": resources, "Outputs": refs | attributes}


def test_recorded_types_have_their_refs_and_attributes(emulator: Emulator) -> None:
    outputs = emulator.create_stack("recorded", recorded())
    patterns = {
        "Target": re.escape("endpoint/e/variant/all|sagemaker:variant:DesiredInstanceCount|sagemaker"),
        "Policy": rf"arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:{UUID}"
        ":resource/sagemaker/endpoint/e/variant/all:policyName/track",
        "Objective": "arn:aws:application-signals:us-east-1:123456789012:slo/fast",
        "Query": UUID,
        "Budget": "monthly",
        "Slack": "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/alarms",
        "Band": UUID,
        "FlowLog": f"fl-{UUID}",
        "Definition": UUID,
    }
    assert {name for name, pattern in patterns.items() if not re.fullmatch(pattern, outputs[name])} == set()
    assert outputs["PolicyArn"] == outputs["Policy"]
    assert outputs["ObjectiveArn"] == outputs["Objective"]
    assert outputs["QueryId"] == outputs["Query"]
    assert outputs["DefinitionId"] == outputs["Definition"]
    changed = recorded(Definition={"Name": "slower"}, Query={"QueryString": "SELECT 2"})
    updated = emulator.update_stack("recorded", changed)
    assert updated["Definition"] == outputs["Definition"]  # changed in place
    assert updated["Query"] != outputs["Query"]  # replaced
    emulator.delete_stack("recorded")


def alarm(threshold: int) -> dict[str, object]:
    metrics = [
        {"Id": "rate", "Expression": "100 * errors / calls", "ReturnData": True},
        *(
            {
                "Id": name,
                "MetricStat": {
                    "Metric": {"Namespace": "N", "MetricName": name},
                    "Period": 300,
                    "Stat": "Sum",
                },
                "ReturnData": False,
            }
            for name in ("errors", "calls")
        ),
    ]
    properties = {
        "AlarmName": "error-rate",
        "Metrics": metrics,
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 1,
        "Threshold": threshold,
    }
    one_metric = {
        **properties,
        "AlarmName": "errors",
        "Namespace": "N",
        "MetricName": "errors",
        "Metrics": [],
    }
    return {
        "Resources": {
            "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties},
            "OneMetric": {"Type": "AWS::CloudWatch::Alarm", "Properties": one_metric},
        }
    }


def test_an_alarm_on_metric_math_is_described_as_the_template_has_it(emulator: Emulator) -> None:
    cloudwatch = emulator.client("cloudwatch")
    emulator.create_stack("alarm", alarm(2))
    (described,) = cloudwatch.describe_alarms(AlarmNames=["error-rate"])["MetricAlarms"]
    assert [metric["Id"] for metric in described["Metrics"]] == ["rate", "errors", "calls"]
    assert described["StateValue"] == "INSUFFICIENT_DATA"
    assert "MetricName" not in described
    cloudwatch.put_metric_data(Namespace="N", MetricData=[{"MetricName": "errors", "Value": 9}])
    states = {a["AlarmName"]: a["StateValue"] for a in cloudwatch.describe_alarms()["MetricAlarms"]}
    assert states == {"error-rate": "INSUFFICIENT_DATA", "errors": "ALARM"}
    emulator.update_stack("alarm", alarm(3))
    assert cloudwatch.describe_alarms(AlarmNames=["error-rate"])["MetricAlarms"][0]["Threshold"] == 3


API = {
    "Api": {
        "Type": "AWS::ApiGatewayV2::Api",
        "Properties": {
            "Name": "api",
            "ProtocolType": "HTTP",
            "CorsConfiguration": {
                "AllowOrigins": ["https://app.example.com"],
                "AllowMethods": ["POST"],
                "AllowHeaders": ["authorization"],
                "MaxAge": 60,
            },
        },
    },
    "Pool": {"Type": "AWS::Cognito::UserPool", "Properties": {}},
    "Authorizer": {
        "Type": "AWS::ApiGatewayV2::Authorizer",
        "Properties": {
            "ApiId": {"Ref": "Api"},
            "Name": "jwt",
            "AuthorizerType": "JWT",
            "IdentitySource": ["$request.header.Authorization"],
            "JwtConfiguration": {
                "Issuer": {"Fn::Sub": "https://cognito-idp.us-east-1.amazonaws.com/${Pool}"},
                "Audience": ["client"],
            },
        },
    },
    "Route": {
        "Type": "AWS::ApiGatewayV2::Route",
        "Properties": {
            "ApiId": {"Ref": "Api"},
            "RouteKey": "POST /closed",
            "AuthorizationType": "JWT",
            "AuthorizerId": {"Ref": "Authorizer"},
        },
    },
    "Stage": {
        "Type": "AWS::ApiGatewayV2::Stage",
        "Properties": {"ApiId": {"Ref": "Api"}, "StageName": "$default", "AutoDeploy": True},
    },
}


def request(
    emulator: Emulator, api: str, method: str, headers: dict[str, str]
) -> tuple[int, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection(emulator.url.removeprefix("http://"))
    connection.request(method, f"/_aws/execute-api/{api}/$default/closed", b"{}", headers)
    response = connection.getresponse()
    connection.close()
    return response.status, response.headers


def test_an_http_api_answers_preflights_as_its_template_says(emulator: Emulator) -> None:
    template = {"Resources": API, "Outputs": {"Api": {"Value": {"Ref": "Api"}}}}
    api = emulator.create_stack("cors", template)["Api"]
    preflight = {"Origin": "https://app.example.com", "Access-Control-Request-Method": "POST"}
    status, headers = request(emulator, api, "OPTIONS", preflight)
    assert (status, headers["Access-Control-Allow-Origin"]) == (204, "https://app.example.com")
    assert headers["Access-Control-Allow-Headers"] == "authorization"
    assert request(emulator, api, "OPTIONS", preflight | {"Origin": "https://evil.example.com"})[0] == 403
    cors = {"AllowOrigins": ["https://new.example.com"], "AllowMethods": ["POST"]}
    changed = API["Api"] | {"Properties": {"Name": "api", "ProtocolType": "HTTP", "CorsConfiguration": cors}}
    emulator.update_stack("cors", {**template, "Resources": API | {"Api": changed}})
    assert request(emulator, api, "OPTIONS", preflight | {"Origin": "https://new.example.com"})[0] == 204


@pytest.fixture(scope="module")
def closed_api(emulator: Emulator) -> str:
    """Id of an HTTP API whose route wants a token."""
    return emulator.create_stack("tokens", {"Resources": API, "Outputs": {"Api": {"Value": {"Ref": "Api"}}}})[
        "Api"
    ]


@pytest.mark.parametrize("header", ["[1]", '"x"', "null", "7"])
def test_a_token_whose_header_is_no_object_is_unauthorized(
    emulator: Emulator, closed_api: str, header: str
) -> None:
    token = ".".join(
        base64.urlsafe_b64encode(part).decode() for part in (header.encode(), b"{}", b"signature")
    )
    assert request(emulator, closed_api, "POST", {"Authorization": f"Bearer {token}"})[0] == 401


def test_it_does_not_start_with_a_type_that_ministack_has(tmp_path: Path) -> None:
    clash = (
        "from emulator import __main__, recorded_resources as r\n"
        "r._TABLE['AWS::S3::Bucket'] = r._Recorded()\n"
        "__main__.main()"
    )
    early = {
        "STATE_DIR": str(tmp_path / "early")
    }  # this imports MiniStack before the emulator sets its environment
    process = launch(tmp_path / "state", free_port(), run=("-c", clash), environment=early)
    assert process.stderr is not None
    assert process.stderr.read().decode().splitlines() == [
        "emulator: this MiniStack provides AWS::S3::Bucket: remove them from the emulator's own types."
    ]
    assert process.wait(TIMEOUT_S) == 1


def test_a_topic_that_wants_tls_takes_messages(emulator: Emulator) -> None:
    refusal = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sns:Publish",
        "Resource": {"Ref": "Topic"},
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = {
        "Topics": [{"Ref": "Topic"}],
        "PolicyDocument": {"Version": "2012-10-17", "Statement": [refusal]},
    }
    resources = {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "careful"}},
        "Policy": {"Type": "AWS::SNS::TopicPolicy", "Properties": policy},
    }
    outputs = emulator.create_stack(
        "careful", {"Resources": resources, "Outputs": {"Arn": {"Value": {"Ref": "Topic"}}}}
    )
    assert emulator.client("sns").publish(TopicArn=outputs["Arn"], Message="hello")["MessageId"]
    emulator.delete_stack("careful")


def test_an_alarm_on_a_band_needs_no_threshold(emulator: Emulator) -> None:
    band = [
        {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m, 3)", "ReturnData": True},
        {
            "Id": "m",
            "MetricStat": {"Metric": {"Namespace": "N", "MetricName": "M"}, "Period": 60, "Stat": "Sum"},
            "ReturnData": True,
        },
    ]
    properties = {
        "AlarmName": "spike",
        "Metrics": band,
        "ThresholdMetricId": "band",
        "ComparisonOperator": "GreaterThanUpperThreshold",
        "EvaluationPeriods": 1,
    }
    emulator.create_stack(
        "band", {"Resources": {"Spike": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}}}
    )
    [described] = emulator.client("cloudwatch").describe_alarms(AlarmNames=["spike"])["MetricAlarms"]
    assert [metric["Id"] for metric in described["Metrics"]] == ["band", "m"]
    emulator.delete_stack("band")
