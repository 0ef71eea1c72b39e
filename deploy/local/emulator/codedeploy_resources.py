"""AWS::CodeDeploy::Application and DeploymentGroup for CloudFormation, made through CodeDeploy's API.

Ref and what replaces a resource: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CodeDeploy.html
"""

import json
from collections.abc import Mapping
from typing import Any

from emulator.codedeploy_client import CodeDeployClient
from emulator.resource_types import Made, Properties, ResourceType, generated_name

_GROUP_SETTINGS = (
    "AlarmConfiguration",
    "AutoRollbackConfiguration",
    "DeploymentConfigName",
    "DeploymentStyle",
    "ServiceRoleArn",
)

_BOOLEANS: Mapping[str, object] = {"true": True, "false": False}


def types(codedeploy: CodeDeployClient) -> dict[str, ResourceType]:
    """The two types; both block, since the API is another process's."""
    return {
        "AWS::CodeDeploy::Application": _application(codedeploy),
        "AWS::CodeDeploy::DeploymentGroup": _deployment_group(codedeploy),
    }


def _application(codedeploy: CodeDeployClient) -> ResourceType:
    def create(logical_id: str, properties: Properties, stack: str) -> Made:
        name = properties.get("ApplicationName") or generated_name(stack, logical_id)
        platform = properties.get("ComputePlatform", "Server")
        codedeploy.call("create_application", applicationName=name, computePlatform=platform)
        return name, {}

    def delete(ref: str, _properties: Properties) -> None:
        codedeploy.call("delete_application", applicationName=ref)

    return ResourceType(
        create=create,
        update=lambda ref, _before, _after, _stack: (ref, {}),  # tags, which nothing reads
        delete=delete,
        replaced_by=("ApplicationName", "ComputePlatform"),
        blocking=True,
    )


def _deployment_group(codedeploy: CodeDeployClient) -> ResourceType:
    def create(logical_id: str, properties: Properties, stack: str) -> Made:
        name = properties.get("DeploymentGroupName") or generated_name(stack, logical_id)
        application = properties["ApplicationName"]
        codedeploy.call(
            "create_deployment_group",
            applicationName=application,
            deploymentGroupName=name,
            **_settings(properties),
        )
        return name, {}

    def update(ref: str, _before: Properties, after: Properties, _stack: str) -> Made:
        codedeploy.call(
            "update_deployment_group",
            applicationName=after["ApplicationName"],
            currentDeploymentGroupName=ref,
            **_settings(after),
        )
        return ref, {}

    def delete(ref: str, properties: Properties) -> None:
        application = properties["ApplicationName"]
        codedeploy.call("delete_deployment_group", applicationName=application, deploymentGroupName=ref)

    return ResourceType(
        create=create,
        update=update,
        delete=delete,
        replaced_by=("ApplicationName", "DeploymentGroupName"),
        blocking=True,
    )


def _settings(properties: Properties) -> dict[str, Any]:
    given = {name: properties[name] for name in _GROUP_SETTINGS if name in properties}
    settings: dict[str, Any] = json.loads(json.dumps(given), object_pairs_hook=_as_the_api_spells)
    return settings


def _as_the_api_spells(members: list[tuple[str, object]]) -> dict[str, object]:
    """The same names in camelCase, and booleans where a template has them as text."""
    return {key[0].lower() + key[1:]: _BOOLEANS.get(str(value), value) for key, value in members}
