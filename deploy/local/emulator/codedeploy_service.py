"""CodeDeploy as one more service of MiniStack: checks the caller's rights, then the stand-in answers."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import urllib3
from ministack import app
from ministack.core.router import SERVICE_PATTERNS
from urllib3.exceptions import HTTPError

from emulator.codedeploy_client import CodeDeployClient
from emulator.environment import ACCOUNT, REGION
from emulator.errors import CodeDeployError

Headers = dict[str, str]
Query = dict[str, list[str]]
Response = tuple[int, Headers, bytes]

_TARGET_PREFIX = "CodeDeploy_20141006."
_CONTENT_TYPE = "application/x-amz-json-1.1"
_TIMEOUT_S = 10


class CodeDeployService:
    """Forwards the API to the stand-in."""

    def __init__(self, client: CodeDeployClient) -> None:
        self._client = client
        self._connections = urllib3.PoolManager(maxsize=8)

    def register(self) -> None:
        """Makes MiniStack route to this service what is signed for `codedeploy`."""
        SERVICE_PATTERNS["codedeploy"] = {"target_prefixes": [_TARGET_PREFIX]}
        app.SERVICE_HANDLERS["codedeploy"] = self.handle_request

    async def handle_request(
        self, _method: str, _path: str, headers: Headers, body: bytes, query: Query
    ) -> Response:
        """Answers one request whose signature is good: MiniStack's contract for a service."""
        target = headers.get("x-amz-target", "")
        try:
            parameters = json.loads(body or b"{}")
        except ValueError:
            return _error(400, "SerializationException", "The body is not JSON.")
        resource = await asyncio.to_thread(self._resource, parameters)
        action = f"codedeploy:{target.removeprefix(_TARGET_PREFIX)}"
        if denied := _denied(action, resource, headers, query):
            return denied
        return await asyncio.to_thread(self._forward, target, body)

    def _forward(self, target: str, body: bytes) -> Response:
        headers = {"Content-Type": _CONTENT_TYPE, "X-Amz-Target": target}
        try:
            answer = self._connections.request(
                "POST",
                self._client.url,
                headers=headers,
                body=body or b"{}",
                timeout=_TIMEOUT_S,
                retries=False,
            )
        except HTTPError:
            return _error(503, "ServiceUnavailable", "The CodeDeploy stand-in does not answer.")
        return answer.status, {"Content-Type": _CONTENT_TYPE}, answer.data

    def _resource(self, parameters: Mapping[str, Any]) -> str:
        """The ARN that a policy has to name: a deployment's is its group's."""
        if "deploymentId" in parameters:
            return self._group_of(str(parameters["deploymentId"]))
        application = parameters.get("applicationName")
        group = parameters.get("deploymentGroupName") or parameters.get("currentDeploymentGroupName")
        if application and group:
            return _arn(f"deploymentgroup:{application}/{group}")
        return _arn(f"application:{application}") if application else "*"

    def _group_of(self, deployment: str) -> str:
        try:
            info = self._client.call("get_deployment", deploymentId=deployment)["deploymentInfo"]
        except CodeDeployError:
            return "*"  # no such deployment: CodeDeploy says so to whoever may call the action at all
        return _arn(f"deploymentgroup:{info['applicationName']}/{info['deploymentGroupName']}")


def _denied(action: str, arn: str, headers: Headers, query: Query) -> Response | None:
    """The refusal of a call its caller has no right to, worded as AWS does, or None."""
    response: Response | None = app._enforce_data_plane(
        "codedeploy", action, headers, query, "", resource_arn=arn, named_resource=arn
    )
    return response


def _arn(resource: str) -> str:
    return f"arn:aws:codedeploy:{REGION}:{ACCOUNT}:{resource}"


def _error(status: int, code: str, message: str) -> Response:
    return status, {"Content-Type": _CONTENT_TYPE}, json.dumps({"__type": code, "message": message}).encode()
