"""Lets a template have alarms on metric math; only SetAlarmState changes their state."""

from collections.abc import Mapping
from typing import Any

from ministack.services.cloudformation import provisioners

_ONE_METRIC = ("MetricName", "Namespace", "Dimensions", "Period", "Statistic", "ExtendedStatistic", "Unit")
_UNUSED = {"MetricName": "-", "Namespace": "-"}


def install() -> None:
    """Makes AWS::CloudWatch::Alarm accept `Metrics`, which MiniStack refuses."""
    one_metric_record = provisioners._cw_metric_alarm_record

    def record(name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
        metrics = properties.get("Metrics")
        if not metrics:
            alarm: dict[str, Any] = one_metric_record(name, properties)
            return alarm
        alarm = one_metric_record(name, {"Threshold": 0, **properties, "Metrics": None, **_UNUSED})
        without = _ONE_METRIC if "Threshold" in properties else (*_ONE_METRIC, "Threshold")  # a band has none
        return {field: value for field, value in alarm.items() if field not in without} | {"Metrics": metrics}

    provisioners._cw_metric_alarm_record = record
