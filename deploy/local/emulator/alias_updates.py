"""AWS::Lambda::Alias with UpdatePolicy.CodeDeployLambdaAliasUpdate: a deployment moves it to another version.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html
"""

import copy
import json
import time
from collections.abc import Mapping
from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import engine, provisioners

from emulator.codedeploy_client import CodeDeployClient
from emulator.errors import CodeDeployError
from emulator.resource_types import Made, Properties, run_on_threads
from emulator.sandboxes import wait_until_answered

_TYPE = "AWS::Lambda::Alias"
_POLL_S = 0.2


def install(codedeploy: CodeDeployClient) -> None:
    """Makes CloudFormation deploy where the alias's policy asks for it; MiniStack does the rest."""
    handlers = provisioners._RESOURCE_HANDLERS[_TYPE]
    update = handlers["update"]

    def deploy_and_update(
        ref: str, before: Properties, after: Properties, stack: str, logical_id: str | None = None
    ) -> Made:
        if policy := _policy(stack, logical_id, before, after):
            _deploy(codedeploy, policy, before, after)
        made: Made = update(ref, before, after, stack, logical_id)
        return made

    handlers["update"] = deploy_and_update
    run_on_threads({_TYPE})


def _policy(
    stack_name: str, logical_id: str | None, before: Properties, after: Properties
) -> Mapping[str, Any] | None:
    """The alias's resolved policy; None when nothing is to be shifted.

    A rollback of the stack shifts nothing either: the alias goes back at once.
    """
    stack = cloudformation._stacks[stack_name]
    if before["FunctionVersion"] == after["FunctionVersion"] or "ROLLBACK" in stack["StackStatus"]:
        return None
    template = engine._parse_template(stack["_template_body"])  # the one that is being deployed
    policy = template["Resources"][logical_id].get("UpdatePolicy")
    parameters = {
        parameter["ParameterKey"]: {"Value": parameter["ParameterValue"], "NoEcho": parameter["NoEcho"]}
        for parameter in stack["Parameters"]
    }
    resolved = engine._resolve_refs(
        copy.deepcopy(policy),
        stack["_resources"],
        parameters,
        stack["_conditions"],
        template.get("Mappings", {}),
        stack_name,
        stack["StackId"],
    )
    found: Mapping[str, Any] | None = (resolved or {}).get("CodeDeployLambdaAliasUpdate")
    return found


def _deploy(
    codedeploy: CodeDeployClient, policy: Mapping[str, Any], before: Properties, after: Properties
) -> None:
    """Runs a deployment to its end. Raises CodeDeployError when the new version does not get the traffic."""
    content = json.dumps(_app_spec(policy, before, after))
    deployment = codedeploy.call(
        "create_deployment",
        applicationName=policy["ApplicationName"],
        deploymentGroupName=policy["DeploymentGroupName"],
        revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": content}},
    )["deploymentId"]
    while (info := codedeploy.call("get_deployment", deploymentId=deployment)["deploymentInfo"])[
        "status"
    ] not in ("Succeeded", "Failed", "Stopped"):
        time.sleep(_POLL_S)
    if info["status"] != "Succeeded":
        # AWS rolls the stack back seconds later, when the version has answered what was on its way to it.
        # Here that follows at once, and would take the model endpoint from under those requests.
        wait_until_answered(_function_name(after["FunctionName"]), after["FunctionVersion"])
        error = info.get("errorInformation", {})
        raise CodeDeployError(
            f"CodeDeploy deployment {deployment} {info['status'].lower()}: "
            f"{error.get('message', 'no reason given')} ({error.get('code', 'no code')})"
        )


def _app_spec(policy: Mapping[str, Any], before: Properties, after: Properties) -> dict[str, object]:
    properties = {
        "Name": _function_name(after["FunctionName"]),
        "Alias": after["Name"],
        "CurrentVersion": before["FunctionVersion"],
        "TargetVersion": after["FunctionVersion"],
    }
    hooks = {"BeforeAllowTraffic": "BeforeAllowTrafficHook", "AfterAllowTraffic": "AfterAllowTrafficHook"}
    return {
        "version": 0.0,
        "Resources": [{after["Name"]: {"Type": "AWS::Lambda::Function", "Properties": properties}}],
        "Hooks": [{hook: policy[name]} for hook, name in hooks.items() if name in policy],
    }


def _function_name(reference: str) -> str:
    """The function's name from a reference that may be an ARN."""
    return reference.rsplit(":function:", 1)[-1].split(":")[0]
