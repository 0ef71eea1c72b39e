"""SageMaker endpoints that really serve: every endpoint in moto's records has a model server of its own."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emulator import model_artifacts
from emulator.errors import ModelStartError, SageMakerError
from emulator.model_servers import ModelServer
from emulator.sagemaker_records import call

Parameters = Mapping[str, Any]


class Endpoints:
    """CreateEndpoint, UpdateEndpoint and DeleteEndpoint, with the parameters and answers of SageMaker's API.

    Unlike AWS's they return when the endpoint is in service, and raise what keeps it from that, a
    SageMakerError. They block.
    """

    def __init__(self, state: Path, serving_path: Path) -> None:
        self._state = state
        self._serving_path = serving_path
        self._servers: dict[str, ModelServer] = {}

    def create(self, parameters: Parameters) -> dict[str, Any]:
        """Starts the model of the endpoint's configuration."""
        name = parameters["EndpointName"]
        if name in self._servers:
            raise SageMakerError(f"Cannot create already existing endpoint {name!r}.")
        answer = call("CreateEndpoint", parameters)
        try:
            self._servers[name] = self._start(name, parameters["EndpointConfigName"])
        except SageMakerError:
            call("DeleteEndpoint", {"EndpointName": name})
            shutil.rmtree(self._state / "endpoints" / name, ignore_errors=True)
            raise
        return answer

    def update(self, parameters: Parameters) -> dict[str, Any]:
        """Starts another configuration's model; the one before serves until then, and on if that fails."""
        name = parameters["EndpointName"]
        before = call("DescribeEndpoint", {"EndpointName": name})
        if before["EndpointConfigName"] == parameters["EndpointConfigName"]:
            raise SageMakerError(f"Endpoint {name!r} has that configuration already.")
        replaced = self._servers[name]
        self._servers[name] = self._start(name, parameters["EndpointConfigName"])
        replaced.stop()
        shutil.rmtree(self._folder(name, before["EndpointConfigName"]))
        tags = call("ListTags", {"ResourceArn": before["EndpointArn"]})["Tags"]
        return call("CreateEndpoint", {"Tags": tags, **parameters})  # overwrites: moto has no UpdateEndpoint

    def delete(self, parameters: Parameters) -> dict[str, Any]:
        """Stops the model."""
        name = parameters["EndpointName"]
        answer = call("DeleteEndpoint", parameters)
        self._servers.pop(name).stop()
        shutil.rmtree(self._state / "endpoints" / name)
        return answer

    def server(self, name: str) -> ModelServer | None:
        """The model server of an endpoint, None when there is no such endpoint."""
        return self._servers.get(name)

    def _start(self, name: str, config_name: str) -> ModelServer:
        variant = _variant(config_name)
        container = _container(variant)
        variables = {key: str(value) for key, value in container.get("Environment", {}).items()}
        folder = self._folder(name, config_name)
        log = self._state / "logs" / f"{name}.log"
        try:
            model_artifacts.unpack(container.get("ModelDataUrl", ""), folder)
            return ModelServer(name, variant["VariantName"], folder, self._serving_path, log, variables)
        except ModelStartError:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _folder(self, name: str, config_name: str) -> Path:
        return self._state / "endpoints" / name / config_name


def _variant(config_name: str) -> dict[str, Any]:
    """The production variant of an endpoint configuration."""
    variants = call("DescribeEndpointConfig", {"EndpointConfigName": config_name})["ProductionVariants"]
    if len(variants) != 1:
        raise ModelStartError(
            f"{config_name} has {len(variants)} production variants; one can be served here"
        )
    variant: dict[str, Any] = variants[0]
    return variant


def _container(variant: Mapping[str, Any]) -> dict[str, Any]:
    """The container of a variant's model."""
    model = call("DescribeModel", {"ModelName": variant["ModelName"]})
    container: dict[str, Any] = model["PrimaryContainer"] or model["Containers"][0]
    return container
