"""SageMaker's control plane as moto keeps it: models, endpoint configurations, endpoints, jobs."""

import json
import re
from collections.abc import Mapping
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from moto.sagemaker.models import FakeEndpointConfig
from moto.sagemaker.responses import SageMakerResponse

from emulator.environment import REGION
from emulator.errors import SageMakerError

_URL = f"https://api.sagemaker.{REGION}.amazonaws.com/"
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")  # API reference of CreateEndpoint
_NAMES = ("EndpointName", "EndpointConfigName", "ModelName")

# moto knows the instance types of 2021 and refuses the others (ml.c7g.large); cfn-lint checks them.
FakeEndpointConfig.validate_instance_type = lambda self, instance_type: None  # type: ignore[method-assign]


def request(action: str, body: bytes) -> tuple[int, dict[str, str], str]:
    """Status, headers and body of moto's answer to one call with a JSON body."""
    headers = HeadersDict(
        {"X-Amz-Target": f"SageMaker.{action}", "Content-Type": "application/x-amz-json-1.1"}
    )
    prepared = AWSPreparedRequest("POST", _URL, headers, body, False)
    status, answer_headers, answer = SageMakerResponse.dispatch(prepared, _URL, headers)
    return status, answer_headers, answer


def call(action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """One call, answered as a dictionary. Raises SageMakerError."""
    for field in _NAMES:
        if field in parameters and not _NAME.fullmatch(str(parameters[field])):
            raise SageMakerError(f"{field} {parameters[field]!r} must match {_NAME.pattern}")
    status, _, answer = request(action, json.dumps(parameters).encode())
    result: dict[str, Any] = json.loads(answer or "{}")
    if status >= 400:
        raise SageMakerError(
            result.get("Message", answer), code=result.get("__type", "InternalFailure"), status=status
        )
    return result
