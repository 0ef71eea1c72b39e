"""Calls the CodeDeploy stand-in of the local target, on behalf of CloudFormation."""

from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from emulator.environment import REGION
from emulator.errors import CodeDeployError

_CONFIG = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=10)


class CodeDeployClient:
    """The API at `url`, which is empty where there is no CodeDeploy."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client: BaseClient | None = None

    def call(self, operation: str, **parameters: object) -> dict[str, Any]:
        """One call, named as in botocore (`create_deployment`). Raises CodeDeployError; blocks."""
        if not self.url:
            raise CodeDeployError("This emulator was started without CodeDeploy (--codedeploy-url).")
        try:
            answer: dict[str, Any] = getattr(self._botocore(), operation)(**parameters)
        except (BotoCoreError, ClientError) as error:
            raise CodeDeployError(_reason(error)) from None
        return answer

    def _botocore(self) -> BaseClient:
        if self._client is None:  # only now: it takes a moment, and most stacks need none
            self._client = botocore.session.get_session().create_client(
                "codedeploy",
                region_name=REGION,
                endpoint_url=self.url,
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=_CONFIG,
            )
        return self._client


def _reason(error: BotoCoreError | ClientError) -> str:
    if isinstance(error, ClientError):
        details: Mapping[str, str] = error.response["Error"]
        return f"{details['Message']} (Service: CodeDeploy; Error Code: {details['Code']})"
    return f"CodeDeploy does not answer: {error}"
