"""AWS::SageMaker::Model, EndpointConfig and Endpoint for CloudFormation.

Ref, attributes and what replaces a resource: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SageMaker.html
"""

from collections.abc import Callable
from typing import Any

from emulator.endpoints import Endpoints
from emulator.resource_types import Made, Properties, ResourceType, generated_name
from emulator.sagemaker_records import call

_Api = Callable[[dict[str, Any]], dict[str, Any]]

_MODEL_PROPERTIES = (
    "ModelName",
    "Containers",
    "EnableNetworkIsolation",
    "ExecutionRoleArn",
    "InferenceExecutionConfig",
    "PrimaryContainer",
    "VpcConfig",
)
_CONFIG_PROPERTIES = (
    "EndpointConfigName",
    "AsyncInferenceConfig",
    "DataCaptureConfig",
    "EnableNetworkIsolation",
    "ExecutionRoleArn",
    "ExplainerConfig",
    "KmsKeyId",
    "ProductionVariants",
    "ShadowProductionVariants",
    "VpcConfig",
)


def types(endpoints: Endpoints) -> dict[str, ResourceType]:
    """The three types; an endpoint's model really runs when its resource is complete."""
    return {
        "AWS::SageMaker::Model": _record("Model", _MODEL_PROPERTIES),
        "AWS::SageMaker::EndpointConfig": _record("EndpointConfig", _CONFIG_PROPERTIES),
        "AWS::SageMaker::Endpoint": ResourceType(
            create=_creator("Endpoint", endpoints.create),
            update=_endpoint_updater(endpoints),
            delete=_deleter("Endpoint", endpoints.delete),
            replaced_by=("EndpointName",),
            blocking=True,
        ),
    }


def _record(kind: str, properties: tuple[str, ...]) -> ResourceType:
    """A type that is a record only: every property but Tags replaces it."""
    return ResourceType(
        create=_creator(kind, lambda parameters: call(f"Create{kind}", parameters)),
        update=lambda ref, _before, after, _stack: (ref, _attributes(kind, _name(kind, ref, after))),
        delete=_deleter(kind, lambda parameters: call(f"Delete{kind}", parameters)),
        replaced_by=properties,
        custom_name=f"{kind}Name",
    )


def _creator(kind: str, create: _Api) -> Callable[[str, Properties, str], Made]:
    def make(logical_id: str, properties: Properties, stack: str) -> Made:
        name = properties.get(f"{kind}Name") or generated_name(stack, logical_id)
        answer = create({**properties, f"{kind}Name": name})
        return answer[f"{kind}Arn"].lower(), _attributes(kind, name)

    return make


def _deleter(kind: str, delete: _Api) -> Callable[[str, Properties], None]:
    def remove(ref: str, properties: Properties) -> None:
        delete({f"{kind}Name": _name(kind, ref, properties)})

    return remove


def _endpoint_updater(endpoints: Endpoints) -> Callable[[str, Properties, Properties, str], Made]:
    def change(ref: str, before: Properties, after: Properties, _stack: str) -> Made:
        name = _name("Endpoint", ref, after)
        if after["EndpointConfigName"] != before["EndpointConfigName"]:
            endpoints.update({"EndpointName": name, "EndpointConfigName": after["EndpointConfigName"]})
        return ref, _attributes("Endpoint", name)

    return change


def _name(kind: str, arn: str, properties: Properties) -> str:
    """The resource's name; a generated one is lower-case, so that the ARN, which always is, tells it."""
    return str(properties.get(f"{kind}Name") or arn.rsplit("/", 1)[-1])


def _attributes(kind: str, name: str) -> dict[str, str]:
    return {f"{kind}Name": name}
