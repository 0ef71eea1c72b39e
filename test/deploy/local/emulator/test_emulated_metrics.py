"""What the emulated services publish of themselves, as alarms and the dashboard see it."""

import http.client
import json
import time
from urllib.request import urlopen

import pytest
from botocore.exceptions import ClientError
from emulator import metrics
from emulator_process import Emulator, model_stack
from ministack.services import cloudwatch

ANSWERS_AS_ASKED = """
def handler(event, context):
    body = event["body"]
    if body == "crash":
        raise ValueError("as asked")
    return {"statusCode": int(body), "body": "{}"}
"""

Dimensions = dict[str, str]


def values(
    emulator: Emulator, namespace: str, name: str, dimensions: Dimensions, since: int = 0
) -> list[float]:
    """The values of one metric, oldest first."""
    with urlopen(f"{emulator.url}/_serin/metrics?since={since}") as answer:
        for metric in json.load(answer):
            if (metric["namespace"], metric["name"], metric["dimensions"]) == (namespace, name, dimensions):
                return [value for _, value in metric["points"]]
    return []


class Api:
    """An HTTP API of one route, `POST /it`, to the function `measured`."""

    def __init__(self, emulator: Emulator) -> None:
        self._url = emulator.url
        emulator.create_lambda("measured", ANSWERS_AS_ASKED, emulator.role("measured"))
        gateway = emulator.client("apigatewayv2")
        self.id = gateway.create_api(Name="measured", ProtocolType="HTTP")["ApiId"]
        integration = gateway.create_integration(
            ApiId=self.id,
            IntegrationType="AWS_PROXY",
            IntegrationUri="arn:aws:lambda:us-east-1:123456789012:function:measured",
            PayloadFormatVersion="2.0",
        )["IntegrationId"]
        gateway.create_route(ApiId=self.id, RouteKey="POST /it", Target=f"integrations/{integration}")
        gateway.create_stage(ApiId=self.id, StageName="$default", AutoDeploy=True)

    def post(self, body: str, path: str = "/it") -> int:
        """The status of the answer."""
        connection = http.client.HTTPConnection(self._url.removeprefix("http://"))
        url = f"/_aws/execute-api/{self.id}/$default{path}"
        connection.request("POST", url, body, {"content-type": "text/plain"})
        status = connection.getresponse().status
        connection.close()
        return status


@pytest.fixture(scope="module")
def api(emulator: Emulator) -> Api:
    """The one API of these tests."""
    return Api(emulator)


def test_the_gateway_counts_every_request_and_its_errors(emulator: Emulator, api: Api) -> None:
    statuses = [api.post("200"), api.post("403"), api.post("crash"), api.post("", "/nowhere")]
    assert statuses == [200, 403, 502, 404]
    dimensions = {"ApiId": api.id, "Stage": "$default"}
    of = {
        name: values(emulator, "AWS/ApiGateway", name, dimensions)
        for name in ("Count", "4xx", "5xx", "Latency", "IntegrationLatency")
    }
    assert of["Count"] == [1, 1, 1, 1]
    assert of["4xx"] == [0, 1, 0, 1]
    assert of["5xx"] == [0, 0, 1, 0]
    assert (len(of["Latency"]), len(of["IntegrationLatency"])) == (4, 3)  # the 404 went nowhere
    pairs = zip(of["Latency"], of["IntegrationLatency"], strict=False)
    assert all(0 < integration <= whole for whole, integration in pairs)
    assert values(emulator, "AWS/ApiGateway", "Count", {"ApiId": dimensions["ApiId"]}) == [1, 1, 1, 1]
    route = {**dimensions, "Method": "POST", "Resource": "/it"}
    assert values(emulator, "AWS/ApiGateway", "5xx", route) == [0, 0, 1]
    assert len(values(emulator, "AWS/ApiGateway", "Latency", route)) == 3


def test_functions_count_crashes_whoever_invoked_them(emulator: Emulator, api: Api) -> None:
    name = {"FunctionName": "measured"}
    before = len(values(emulator, "AWS/Lambda", "Invocations", name))
    api.post("503")
    api.post("crash")
    emulator.client("lambda").invoke(FunctionName="measured", Payload=json.dumps({"body": "crash"}))
    assert values(emulator, "AWS/Lambda", "Invocations", name)[before:] == [1, 1, 1]
    assert values(emulator, "AWS/Lambda", "Errors", name)[before:] == [0, 1, 1]
    assert all(value > 0 for value in values(emulator, "AWS/Lambda", "Duration", name))


def test_throttled_invocations_are_throttles_only(emulator: Emulator) -> None:
    functions = emulator.client("lambda")
    emulator.create_lambda("throttled", ANSWERS_AS_ASKED, emulator.role("throttled"))
    functions.put_function_concurrency(FunctionName="throttled", ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError, match="TooManyRequests"):
        functions.invoke(FunctionName="throttled")
    name = {"FunctionName": "throttled"}
    assert values(emulator, "AWS/Lambda", "Throttles", name) == [1]
    assert values(emulator, "AWS/Lambda", "Invocations", name) == []


@pytest.mark.parametrize(("status", "errors"), [(200, (0, 0)), (400, (1, 0)), (503, (0, 1))])
def test_endpoints_count_what_the_model_answers(
    emulator: Emulator, status: int, errors: tuple[int, int]
) -> None:
    endpoint = f"measured-{status}"
    spec = {"version": "1"} if status == 200 else {"status": status, "message": "as specified"}
    emulator.create_stack(endpoint, model_stack(emulator.put_model(endpoint, spec), endpoint=endpoint))
    try:
        emulator.invoke(endpoint)
    except ClientError:
        assert status != 200
    dimensions = {"EndpointName": endpoint, "VariantName": "all"}
    names = ("Invocations", "Invocation4XXErrors", "Invocation5XXErrors")
    assert [values(emulator, "AWS/SageMaker", name, dimensions) for name in names] == [
        [1],
        [errors[0]],
        [errors[1]],
    ]
    (model_us,) = values(emulator, "AWS/SageMaker", "ModelLatency", dimensions)
    (overhead_us,) = values(emulator, "AWS/SageMaker", "OverheadLatency", dimensions)
    assert model_us > 100  # microseconds: no call over a socket takes less
    assert overhead_us > 0


def test_the_cloudwatch_api_has_them_too(emulator: Emulator, api: Api) -> None:
    api.post("200")
    now = time.time()
    statistics = emulator.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/ApiGateway",
        MetricName="Count",
        Dimensions=[{"Name": "ApiId", "Value": api.id}],
        StartTime=now - 3600,
        EndTime=now + 60,
        Period=3600,
        Statistics=["Sum"],
    )
    assert sum(point["Sum"] for point in statistics["Datapoints"]) >= 1


def test_only_what_is_asked_for_comes(emulator: Emulator, api: Api) -> None:
    api.post("200")
    dimensions = {"ApiId": api.id}
    assert values(emulator, "AWS/ApiGateway", "Count", dimensions)
    in_an_hour = int((time.time() + 3600) * 1000)
    assert values(emulator, "AWS/ApiGateway", "Count", dimensions, since=in_an_hour) == []
    connection = http.client.HTTPConnection(emulator.url.removeprefix("http://"))
    connection.request("GET", "/_serin/metrics?since=yesterday")
    assert connection.getresponse().status == 400


def test_the_older_half_is_forgotten_where_there_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "MOST", 4)
    for value in range(7):
        metrics.record("Test", {"of": "bounds"}, "Count", {"Values": value})
    (points,) = [found for (namespace, *_), found in cloudwatch._metrics.items() if namespace == "Test"]
    assert [point["Value"] for point in points] == [3, 4, 5, 6]
