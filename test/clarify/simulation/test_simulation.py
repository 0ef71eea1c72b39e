"""The measurement: it can tell right from wrong."""

import numpy as np
import pytest
from analysis.settings import Settings
from bias.bootstrap import Interval
from bias.registry import METRICS
from simulation.__main__ import main
from simulation.coverage import POPULATIONS, coverage
from simulation.reports import harm, no_difference

_QUICK = Settings(replicates=100)
_ALIKE = POPULATIONS["both alike"]


def _silent(step: str) -> None:
    pass


def test_coverage_is_measured() -> None:
    found = coverage("both alike", _ALIKE, 600, 20, 200, np.random.default_rng(0))
    assert set(found.held) == set(METRICS) - {"TE"}  # too few false positives
    assert np.mean(list(found.held.values())) > 0.85


def test_wrong_intervals_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.sample.Sample.interval", lambda *arguments: Interval(7.0, 8.0))
    found = coverage("both alike", _ALIKE, 600, 3, 100, np.random.default_rng(0))
    assert set(found.held.values()) == {0.0}
    monkeypatch.setattr("analysis.sample.Sample.interval", lambda *arguments: None)
    assert coverage("both alike", _ALIKE, 600, 3, 100, np.random.default_rng(0)).held == {}


def test_a_great_harm_is_found_and_no_harm_is_not() -> None:
    assert harm(40, 3, 3000, _QUICK, 0, _silent).found == 1
    assert no_difference(4, 1000, _QUICK, 0, _silent).any_worse <= 0.25


def test_prints_both_tables(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--samples", "2", "--reports", "1", "--power", "1", "--replicates", "100"])
    captured = capsys.readouterr()
    assert "| RD |" in captured.out
    assert "| recall of one group falls by 20 points | 1 |" in captured.out
    assert "coverage: both alike, 600 rows" in captured.err
