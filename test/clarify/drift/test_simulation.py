"""The table that says how often quiet weeks alarm, and which changes are found."""

import re

import pytest
from drift.reference import Reference, read_reference
from drift.scenarios import QUIET, SHIFTS, Scenario
from drift.simulation import _MODEL, ALIKE, alarms, main


@pytest.fixture(scope="module")
def shipped() -> Reference:
    reference = read_reference(_MODEL)
    assert reference is not None
    return reference


@pytest.mark.parametrize("scenario", QUIET, ids=lambda scenario: scenario.name)
def test_quiet_weeks_of_users_with_alike_texts_seldom_alarm(shipped: Reference, scenario: Scenario) -> None:
    assert alarms(shipped, scenario, 600, ALIKE, history=4, runs=40) <= 0.1


@pytest.mark.parametrize("scenario", SHIFTS, ids=lambda scenario: scenario.name)
def test_changes_are_found(shipped: Reference, scenario: Scenario) -> None:
    assert alarms(shipped, scenario, 8_000, ALIKE, history=2, runs=10) >= 0.8


def test_the_table_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--runs", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 10
    assert all(re.search(r"(\s+\d+\.0){4}$", line) for line in lines[1:])
