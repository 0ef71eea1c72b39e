"""The emulated AWS: MiniStack with the services and resource types that are added to it."""

import asyncio
import socket
from pathlib import Path

import hypercorn.asyncio
from hypercorn.config import Config
from ministack import app

from emulator import (
    alias_updates,
    codedeploy_resources,
    http_api,
    lambda_aliases,
    metric_math_alarms,
    recorded_resources,
    resource_types,
    sagemaker_resources,
    sandboxes,
)
from emulator.codedeploy_client import CodeDeployClient
from emulator.codedeploy_service import CodeDeployService
from emulator.endpoints import Endpoints
from emulator.sagemaker_service import SageMakerService

_KEEP_ALIVE_S = 75


def extend(state: Path, serving_path: Path, codedeploy_url: str) -> None:
    """Adds to this process's MiniStack what it lacks. Raises StartError for what it no longer lacks."""
    endpoints = Endpoints(state, serving_path)
    codedeploy = CodeDeployClient(codedeploy_url)
    resource_types.register(
        sagemaker_resources.types(endpoints)
        | codedeploy_resources.types(codedeploy)
        | recorded_resources.types()
    )
    alias_updates.install(codedeploy)
    metric_math_alarms.install()
    http_api.install()
    lambda_aliases.install()
    sandboxes.install()
    SageMakerService(endpoints).register()
    CodeDeployService(codedeploy).register()


async def serve(listener: socket.socket) -> None:
    """Answers on a listening socket, for ever."""
    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.keep_alive_timeout = _KEEP_ALIVE_S
    config.loglevel = "WARNING"
    await hypercorn.asyncio.serve(app.app, config, shutdown_trigger=asyncio.Event().wait)
