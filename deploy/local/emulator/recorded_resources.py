"""CloudFormation types that are only recorded here: a stack can have them and refer to them, they do nothing.

What Ref and Fn::GetAtt return is documented with each type:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.environment import ACCOUNT, REGION
from emulator.resource_types import Made, Properties, ResourceType, generated_name

_PLACE = {"region": REGION, "account": ACCOUNT}


@dataclass(frozen=True)
class _Recorded:
    name: str = ""
    """Property that names the resource; a name is generated where it has none."""
    ref: str = "{name}"
    """A format of the resource's properties and of name, uuid, region, account."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Formats of ref, region and account."""
    replaced_by: tuple[str, ...] = ()


_TABLE = {
    "AWS::ApplicationAutoScaling::ScalableTarget": _Recorded(
        ref="{ResourceId}|{ScalableDimension}|{ServiceNamespace}",
        attributes={"Id": "{ref}"},
        replaced_by=("ResourceId", "ScalableDimension", "ServiceNamespace"),
    ),
    "AWS::ApplicationAutoScaling::ScalingPolicy": _Recorded(
        name="PolicyName",
        ref="arn:aws:autoscaling:{region}:{account}:scalingPolicy:{uuid}"
        ":resource/{ServiceNamespace}/{ResourceId}:policyName/{name}",
        attributes={"Arn": "{ref}"},
        replaced_by=("PolicyName", "ResourceId", "ScalableDimension", "ScalingTargetId", "ServiceNamespace"),
    ),
    "AWS::ApplicationSignals::ServiceLevelObjective": _Recorded(
        name="Name",
        ref="arn:aws:application-signals:{region}:{account}:slo/{name}",
        attributes={"Arn": "{ref}"},
        replaced_by=("Name",),
    ),
    "AWS::Athena::NamedQuery": _Recorded(
        ref="{uuid}",
        attributes={"NamedQueryId": "{ref}"},
        replaced_by=("Database", "Description", "Name", "QueryString", "WorkGroup"),
    ),
    "AWS::Budgets::Budget": _Recorded(name="Budget.BudgetName"),
    "AWS::Chatbot::SlackChannelConfiguration": _Recorded(
        name="ConfigurationName",
        ref="arn:aws:chatbot::{account}:chat-configuration/slack-channel/{name}",
        attributes={"Arn": "{ref}"},
        replaced_by=("ConfigurationName", "SlackWorkspaceId"),
    ),
    "AWS::CloudWatch::AnomalyDetector": _Recorded(
        ref="{uuid}",
        attributes={"Id": "{ref}"},
        replaced_by=(
            "Dimensions",
            "MetricMathAnomalyDetector",
            "MetricName",
            "Namespace",
            "SingleMetricAnomalyDetector",
            "Stat",
        ),
    ),
    "AWS::EC2::FlowLog": _Recorded(
        ref="fl-{uuid}",
        attributes={"Id": "{ref}"},
        replaced_by=(
            "DeliverLogsPermissionArn",
            "LogDestinationType",
            "LogGroupName",
            "ResourceId",
            "TrafficType",
        ),
    ),
    "AWS::Logs::QueryDefinition": _Recorded(ref="{uuid}", attributes={"QueryDefinitionId": "{ref}"}),
}


def types() -> dict[str, ResourceType]:
    """The recorded types."""
    return {name: _resource_type(recorded) for name, recorded in _TABLE.items()}


def _resource_type(recorded: _Recorded) -> ResourceType:
    def create(logical_id: str, properties: Properties, stack: str) -> Made:
        name = _named(recorded.name, properties) or generated_name(stack, logical_id)
        values = {
            **_scalable_target(properties),
            **properties,
            **_PLACE,
            "name": name,
            "uuid": str(uuid.uuid4()),
        }
        return made(recorded.ref.format(**values))

    def made(ref: str) -> Made:
        return ref, {name: form.format(ref=ref, **_PLACE) for name, form in recorded.attributes.items()}

    return ResourceType(
        create=create,
        update=lambda ref, _before, _after, _stack: made(ref),
        delete=lambda _ref, _properties: None,
        replaced_by=recorded.replaced_by,
    )


def _named(path: str, properties: Properties) -> str | None:
    value: Any = properties
    for key in path.split("."):
        value = value.get(key, {})
    return value or None


def _scalable_target(properties: Properties) -> Properties:
    """What a scaling policy that names its target by id says about it."""
    parts = str(properties.get("ScalingTargetId", "")).split("|")
    return dict(zip(("ResourceId", "ScalableDimension", "ServiceNamespace"), parts, strict=False))
