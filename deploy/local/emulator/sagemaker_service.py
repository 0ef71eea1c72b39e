"""SageMaker as one more service of MiniStack: checks the caller's rights, then records or runtime answer."""

import asyncio
import json
import re
from collections.abc import Mapping
from typing import Any

from ministack import app
from ministack.core.router import SERVICE_PATTERNS

from emulator import processing_jobs, sagemaker_records
from emulator.endpoints import Endpoints
from emulator.environment import ACCOUNT, REGION
from emulator.errors import SageMakerError
from emulator.sagemaker_runtime import invoke

Headers = dict[str, str]
Query = dict[str, list[str]]
Response = tuple[int, Headers, bytes]

_INVOCATION = re.compile(r"/endpoints/([^/]+)/invocations")
_RESOURCE_TYPES = {
    "EndpointName": "endpoint",
    "EndpointConfigName": "endpoint-config",
    "ModelName": "model",
    "ProcessingJobName": "processing-job",
    "AutoMLJobName": "automl-job",
}


class SageMakerService:
    """Answers the API and the Runtime API."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints
        self._actions = {
            "CreateEndpoint": endpoints.create,
            "UpdateEndpoint": endpoints.update,
            "DeleteEndpoint": endpoints.delete,
            **processing_jobs.actions(),
        }

    def register(self) -> None:
        """Makes MiniStack route to this service what is signed for `sagemaker`."""
        SERVICE_PATTERNS["sagemaker"] = {"target_prefixes": ["SageMaker."]}
        app.SERVICE_HANDLERS["sagemaker"] = self.handle_request

    async def handle_request(
        self, method: str, path: str, headers: Headers, body: bytes, query: Query
    ) -> Response:
        """Answers one request whose signature is good: MiniStack's contract for a service."""
        if method == "POST" and (invocation := _INVOCATION.fullmatch(path)):
            name = invocation[1]
            if denied := _denied("InvokeEndpoint", _arn("endpoint", name), headers, query):
                return denied
            return await asyncio.to_thread(invoke, name, self._endpoints.server(name), headers, body)
        action = headers.get("x-amz-target", "").removeprefix("SageMaker.")
        try:
            parameters = json.loads(body or b"{}")
        except ValueError:
            return _error("SerializationException", "The body is not JSON.", 400)
        if denied := _denied(action, _resource(parameters), headers, query):
            return denied
        return await asyncio.to_thread(self._answer, action, parameters, body)

    def _answer(self, action: str, parameters: dict[str, Any], body: bytes) -> Response:
        if action not in self._actions:
            status, headers, answer = sagemaker_records.request(action, body)
            return status, headers, answer.encode()
        try:
            result = self._actions[action](parameters)
        except SageMakerError as error:
            return _error(error.code, str(error), error.status)
        return _json(200, result)


def _denied(action: str, arn: str, headers: Headers, query: Query) -> Response | None:
    """The refusal of a call its caller has no right to, worded as AWS does, or None.

    MiniStack's own table of resource ARNs has no SageMaker, so its router leaves the decision to the service.
    """
    response: Response | None = app._enforce_data_plane(
        "sagemaker", f"sagemaker:{action}", headers, query, "", resource_arn=arn, named_resource=arn
    )
    return response


def _resource(parameters: Mapping[str, Any]) -> str:
    for field, resource_type in _RESOURCE_TYPES.items():
        if field in parameters:
            return _arn(resource_type, str(parameters[field]))
    return str(parameters.get("ResourceArn", "*"))


def _arn(resource_type: str, name: str) -> str:
    """SageMaker's ARNs are lower-case, whatever the name is."""
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:{resource_type}/{name.lower()}"


def _error(code: str, message: str, status: int) -> Response:
    return _json(status, {"__type": code, "Message": message})


def _json(status: int, body: Mapping[str, Any]) -> Response:
    return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(body).encode()
