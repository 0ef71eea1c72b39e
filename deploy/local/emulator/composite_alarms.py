"""AWS::CloudWatch::CompositeAlarm: MiniStack has the API, but not the resource type."""

import json
from typing import Any

from ministack.services import cloudwatch

from emulator.environment import ACCOUNT, REGION
from emulator.resource_types import Made, Properties, ResourceType, generated_name


def types() -> dict[str, ResourceType]:
    """The one type. Its actions are those of the API: a suppressor is kept nowhere and suppresses nothing."""
    alarm = ResourceType(create=_create, update=_update, delete=_delete, replaced_by=("AlarmName",))
    return {"AWS::CloudWatch::CompositeAlarm": alarm}


def _create(logical_id: str, properties: Properties, stack: str) -> Made:
    return _put(properties.get("AlarmName") or generated_name(stack, logical_id), properties)


def _update(name: str, _before: Properties, after: Properties, _stack: str) -> Made:
    return _put(name, after)


def _delete(name: str, _properties: Properties) -> None:
    cloudwatch._composite_alarms.pop(name, None)


def _put(name: str, properties: Properties) -> Made:
    parameters: dict[str, Any] = {**properties, "AlarmName": name}
    status, _, body = cloudwatch._put_composite_alarm({}, parameters, False, is_json=True)
    if status != 200:
        raise ValueError(json.loads(body).get("message", "CloudWatch refused the alarm"))
    return name, {"Arn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}"}
