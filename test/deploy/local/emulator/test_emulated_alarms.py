"""Composite alarms of a template: described, and in the state that their rule gives them."""

from typing import Any

from emulator_process import Emulator

CHILD = {
    "AlarmName": "child",
    "Namespace": "Serin",
    "MetricName": "Faults",
    "Statistic": "Sum",
    "Period": 60,
    "ComparisonOperator": "GreaterThanThreshold",
    "EvaluationPeriods": 1,
    "Threshold": 1,
}


def template(rule: object, name: str = "whole") -> dict[str, Any]:
    whole = {"AlarmName": name, "AlarmRule": rule, "AlarmDescription": "What to do: runbooks/incident.md"}
    return {
        "Resources": {
            "Child": {"Type": "AWS::CloudWatch::Alarm", "Properties": CHILD},
            "Whole": {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": whole, "DependsOn": "Child"},
        },
        "Outputs": {
            "Name": {"Value": {"Ref": "Whole"}},
            "Arn": {"Value": {"Fn::GetAtt": ["Whole", "Arn"]}},
        },
    }


def composites(emulator: Emulator) -> dict[str, dict[str, Any]]:
    described = emulator.client("cloudwatch").describe_alarms(AlarmTypes=["CompositeAlarm"])
    return {alarm["AlarmName"]: alarm for alarm in described["CompositeAlarms"]}


def test_a_composite_alarm_follows_its_children_until_it_is_deleted(emulator: Emulator) -> None:
    outputs = emulator.create_stack("alarms", template({"Fn::Sub": 'ALARM("${Child}")'}))
    assert outputs == {"Name": "whole", "Arn": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:whole"}
    assert composites(emulator)["whole"]["AlarmRule"] == 'ALARM("child")'
    assert composites(emulator)["whole"]["StateValue"] == "OK"
    cloudwatch = emulator.client("cloudwatch")
    cloudwatch.set_alarm_state(AlarmName="child", StateValue="ALARM", StateReason="as asked")
    assert composites(emulator)["whole"]["StateValue"] == "ALARM"
    emulator.update_stack("alarms", template('NOT ALARM("child")'))
    assert composites(emulator)["whole"]["StateValue"] == "OK"
    outputs = emulator.update_stack("alarms", template('ALARM("child")', "another"))
    assert outputs["Name"] == "another"
    assert composites(emulator).keys() == {"another"}
    emulator.delete_stack("alarms")
    assert composites(emulator) == {}


def test_a_rule_on_an_alarm_that_there_is_not_is_refused(emulator: Emulator) -> None:
    status, reason = emulator.failure("create", "no-child", template('ALARM("nobody")'))
    assert status == "ROLLBACK_COMPLETE"
    assert "alarm:nobody] in the alarm rule do not exist" in reason
