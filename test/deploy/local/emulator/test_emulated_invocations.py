"""InvokeEndpoint: what reaches the model, who may call it, and the errors in AWS's words."""

import http.client
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from emulator_process import Emulator, model_stack

INVOKE = "sagemaker:InvokeEndpoint"
CALLS_THE_MODEL = """
import os
import boto3
def handler(event, context):
    if event == "environment":
        return dict(os.environ)
    try:
        answer = boto3.client("sagemaker-runtime").invoke_endpoint(EndpointName=event, Body=b"{}")
        return {"answer": answer["Body"].read().decode()}
    except Exception as error:
        return {"error": str(error)}
"""


@pytest.fixture(scope="module")
def endpoint(emulator: Emulator) -> str:
    """Name of an endpoint that answers."""
    emulator.create_stack("echo", model_stack(emulator.put_model("echo", {"version": "1"}), endpoint="Echo"))
    return "Echo"


def arn(endpoint: str) -> str:
    return f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{endpoint.lower()}"


def refused(emulator: Emulator, endpoint: str, body: bytes = b"{}") -> dict[str, Any]:
    with pytest.raises(ClientError) as refusal:
        emulator.invoke(endpoint, body)
    response: dict[str, Any] = refusal.value.response
    return response


def test_the_model_gets_what_the_caller_sent(emulator: Emulator, endpoint: str) -> None:
    answer = emulator.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=endpoint, Body=b"a,b", ContentType="text/csv", Accept="text/plain", InferenceId="id-1"
    )
    seen = json.load(answer["Body"])
    assert answer["ContentType"] == "application/x-answer"
    assert (seen["path"], seen["body"]) == ("/invocations", "a,b")
    wanted = {"content-type": "text/csv", "accept": "text/plain", "x-amzn-sagemaker-inference-id": "id-1"}
    assert wanted.items() <= seen["headers"].items()
    assert "authorization" not in seen["headers"]


@pytest.mark.parametrize(("status", "kind"), [(400, "client"), (503, "server")])
def test_the_models_errors_are_model_errors(emulator: Emulator, status: int, kind: str) -> None:
    name = f"fails-{status}"
    url = emulator.put_model(name, {"status": status, "message": "no such field"})
    emulator.create_stack(name, model_stack(url, endpoint=name))
    error = refused(emulator, name)
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert error["Error"]["Code"] == "ModelError"
    assert error["Message"].startswith(
        f'Received {kind} error ({status}) from primary with message "no such field".'
    )
    assert (error["OriginalStatusCode"], error["OriginalMessage"]) == (status, "no such field")
    assert (
        error["LogStreamArn"]
        == f"arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/Endpoints/{name}"
    )


def test_an_unknown_endpoint_is_a_validation_error(emulator: Emulator) -> None:
    error = refused(emulator, "nowhere")
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert error["Error"] == {
        "Code": "ValidationError",
        "Message": "Endpoint nowhere of account 123456789012 not found.",
    }


def test_a_body_may_have_six_mebibytes(emulator: Emulator, endpoint: str) -> None:
    limit = 6 * 1024 * 1024
    assert len(emulator.invoke(endpoint, b"x" * limit)["body"]) == limit
    error = refused(emulator, endpoint, b"x" * (limit + 1))
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 413
    assert error["Error"]["Message"] == "HTTP content length exceeded 6291456 bytes."


def test_a_model_server_that_dies_is_reported_and_then_unavailable(emulator: Emulator) -> None:
    emulator.create_stack("dies", model_stack(emulator.put_model("dies", {"version": "1"}), endpoint="dies"))
    for _ in range(2):
        error = refused(emulator, "dies", b"die")
        assert error["ResponseMetadata"]["HTTPStatusCode"] == 503
        assert error["Error"]["Code"] == "ServiceUnavailable"
    assert emulator.next_event("model-server-exited") == {
        "event": "model-server-exited",
        "endpoint": "dies",
        "exitCode": 7,
    }


def test_a_user_needs_the_right_on_the_endpoint(emulator: Emulator, endpoint: str) -> None:
    iam = emulator.client("iam")
    iam.create_user(UserName="caller")
    key = iam.create_access_key(UserName="caller")["AccessKey"]
    runtime = emulator.client("sagemaker-runtime", key["AccessKeyId"], key["SecretAccessKey"])

    def grant(resource: str) -> None:
        statement = {"Effect": "Allow", "Action": INVOKE, "Resource": resource}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName="caller", PolicyName="invoke", PolicyDocument=policy)

    grant(arn("another"))
    with pytest.raises(ClientError) as refusal:
        runtime.invoke_endpoint(EndpointName=endpoint, Body=b"{}")
    assert refusal.value.response["Error"] == {
        "Code": "AccessDeniedException",
        "Message": f"User: arn:aws:iam::123456789012:user/caller is not authorized to perform: {INVOKE} on"
        f" resource: {arn(endpoint)} because no identity-based policy allows the {INVOKE} action",
    }
    grant(arn(endpoint))
    assert json.load(runtime.invoke_endpoint(EndpointName=endpoint, Body=b"{}")["Body"])["version"] == "1"
    sagemaker = emulator.client("sagemaker", key["AccessKeyId"], key["SecretAccessKey"])
    with pytest.raises(ClientError, match="not authorized to perform: sagemaker:DescribeEndpoint"):
        sagemaker.describe_endpoint(EndpointName=endpoint)
    with pytest.raises(ClientError, match=r"sagemaker:ListModels on resource: \*"):
        sagemaker.list_models()


def test_a_signature_must_be_right(emulator: Emulator, endpoint: str) -> None:
    iam = emulator.client("iam")
    iam.create_user(UserName="signer")
    key = iam.create_access_key(UserName="signer")["AccessKey"]
    runtime = emulator.client("sagemaker-runtime", key["AccessKeyId"], "wrong")
    with pytest.raises(ClientError, match="signature we calculated does not match"):
        runtime.invoke_endpoint(EndpointName=endpoint, Body=b"{}")


def test_a_lambda_calls_the_endpoint_with_the_rights_of_its_role(emulator: Emulator, endpoint: str) -> None:
    allowed = {"Effect": "Allow", "Action": INVOKE, "Resource": arn(endpoint)}
    emulator.create_lambda("may", CALLS_THE_MODEL, emulator.role("may", allowed))
    emulator.create_lambda("may-not", CALLS_THE_MODEL, emulator.role("may-not"))
    assert json.loads(emulator.call_lambda("may", endpoint)["answer"])["version"] == "1"
    assert "AccessDeniedException" in emulator.call_lambda("may-not", endpoint)["error"]


def test_a_lambda_sees_nothing_of_the_developers_shell(emulator: Emulator) -> None:
    emulator.create_lambda("looks", CALLS_THE_MODEL, emulator.role("looks"))
    environment = emulator.call_lambda("looks", "environment")
    assert "DEVELOPERS_TOKEN" not in environment
    assert "PYTHONPATH" not in environment
    assert environment["AWS_ENDPOINT_URL"] == emulator.url
    assert environment["TMPDIR"] == str(emulator.state / "tmp")


def test_a_body_that_is_no_json_is_refused(emulator: Emulator) -> None:
    connection = http.client.HTTPConnection(emulator.url.removeprefix("http://"))
    scope = "Credential=test/20260101/us-east-1/sagemaker/aws4_request"
    headers = {
        "X-Amz-Target": "SageMaker.ListModels",
        "Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0",
    }
    connection.request("POST", "/", b"{", headers)
    response = connection.getresponse()
    assert response.status == 400
    assert json.load(response)["__type"] == "SerializationException"
    connection.close()
