"""The emulated AWS: MiniStack with the services and resource types that are added to it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from ministack import app

from emulator import (
    alias_updates,
    codedeploy_resources,
    composite_alarms,
    http_api,
    lambda_aliases,
    log_counts,
    metric_math_alarms,
    metrics,
    recorded_resources,
    resource_types,
    sagemaker_resources,
    sandboxes,
    service_metrics,
    transport,
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
        | composite_alarms.types()
        | recorded_resources.types()
    )
    alias_updates.install(codedeploy)
    metric_math_alarms.install()
    http_api.install()
    lambda_aliases.install()
    log_counts.install()
    sandboxes.install()
    service_metrics.install()
    transport.install()
    SageMakerService(endpoints).register()
    CodeDeployService(codedeploy).register()


async def serve(listener: socket.socket) -> None:
    """Answers on a listening socket, for ever."""
    config = uvicorn.Config(
        metrics.handing_out(app.app),
        http="httptools",  # MiniStack's own Hypercorn parses in Python: a third more CPU time a request
        ws="none",
        timeout_keep_alive=_KEEP_ALIVE_S,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        date_header=False,  # MiniStack sends its own
        server_header=False,
    )
    await _Server(config).serve([listener])


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves the signals as they are: lifetime.py ends the process at once, whatever is on its way."""
        yield
