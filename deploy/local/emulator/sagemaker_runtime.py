"""InvokeEndpoint of the SageMaker Runtime API: forwards a call to the endpoint's model server.

Limits and errors: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
"""

import json
from collections.abc import Mapping

import urllib3
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError, ReadTimeoutError

from emulator.environment import ACCOUNT, REGION
from emulator.model_servers import ModelServer
from emulator.service_metrics import Invocation

Response = tuple[int, dict[str, str], bytes]

_MAX_BODY_BYTES = 6 * 1024 * 1024
_TIMEOUT = urllib3.Timeout(connect=1, read=60)
_FORWARDED = (
    "content-type",
    "accept",
    "x-amzn-sagemaker-custom-attributes",
    "x-amzn-sagemaker-inference-id",
)
_RETURNED = ("content-type", "x-amzn-sagemaker-custom-attributes")

_connections = urllib3.PoolManager(maxsize=64)


def invoke(endpoint: str, server: ModelServer | None, headers: Mapping[str, str], body: bytes) -> Response:
    """The model's answer, or the error that AWS gives in its place. Blocks."""
    if server is None:
        return _error("ValidationError", 400, f"Endpoint {endpoint} of account {ACCOUNT} not found.")
    if len(body) > _MAX_BODY_BYTES:
        return _error("ValidationError", 413, f"HTTP content length exceeded {_MAX_BODY_BYTES} bytes.")
    with Invocation(endpoint, server.variant) as invocation:
        try:
            answer = _ask(server, headers, body)
        except ReadTimeoutError:
            return _model_error(
                endpoint, 0, "Your invocation timed out while waiting for a response from container."
            )
        except HTTPError:
            return _error(
                "ServiceUnavailable", 503, f"The model server of endpoint {endpoint} does not answer."
            )
        invocation.answered(answer.status)
    if answer.status >= 400:
        return _model_error(endpoint, answer.status, answer.data.decode(errors="replace"))
    return 200, {name: answer.headers[name] for name in _RETURNED if name in answer.headers}, answer.data


def _ask(server: ModelServer, headers: Mapping[str, str], body: bytes) -> BaseHTTPResponse:
    forwarded = {name: headers[name] for name in _FORWARDED if name in headers}
    return _connections.request(
        "POST", f"{server.url}/invocations", headers=forwarded, body=body, timeout=_TIMEOUT, retries=False
    )


def _model_error(endpoint: str, status: int, message: str) -> Response:
    group = f"/aws/sagemaker/Endpoints/{endpoint}"
    return _error(
        "ModelError",
        424,
        f"Received {'client' if 400 <= status < 500 else 'server'} error ({status}) from primary with message"
        f' "{message}". See {group} in account {ACCOUNT} for more information.',
        OriginalStatusCode=status,
        OriginalMessage=message,
        LogStreamArn=f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}",
    )


def _error(code: str, status: int, message: str, **details: str | int) -> Response:
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": code}
    return status, headers, json.dumps({"Message": message, **details}).encode()
