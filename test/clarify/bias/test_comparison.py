"""Verdicts: what got worse is found, what did not is left alone."""

import numpy as np
import pytest
from bias.bootstrap import resample
from bias.comparison import Change, Estimate, Verdict, change_between_models, change_since, holm, verdicts
from bias.counts import Booleans, Columns, Counts
from bias.registry import METRICS, Metric, Stage
from hypothesis import given
from hypothesis import strategies as st

_METRICS = [
    metric for metric in METRICS.values() if metric.stage is Stage.POST_TRAINING and metric.name != "FT"
]
_FACETS = 5


class _Study:
    """Texts of five facets, answered by a model and by another one that answers a tenth of them anew."""

    def __init__(self, seed: int, harm: float = 0.0) -> None:
        self.random = np.random.default_rng(seed)
        rows = 1500
        self.label: Booleans = self.random.random(rows) < 0.4
        self.facet = self.random.integers(0, _FACETS, rows)
        right = self.random.random(rows) < 0.8
        self.baseline: Booleans = np.where(right, self.label, ~self.label)
        anew = self.random.random(rows) < 0.1
        still_right = np.where(anew, self.random.random(rows) < 0.8, right)
        harmed = (self.facet == 0) & self.label & (self.random.random(rows) < harm)
        self.current: Booleans = np.where(still_right & ~harmed, self.label, ~self.label)

    def verdicts(self) -> dict[tuple[int, str], Verdict]:
        changes = {
            (facet, metric.name): self._change(facet, metric)
            for facet in range(_FACETS)
            for metric in _METRICS
        }
        return dict(zip(changes, verdicts(list(changes.values())), strict=True))

    def _change(self, facet: int, metric: Metric) -> Change | None:
        stratum = np.zeros(len(self.label), dtype=np.int64)
        sides = (
            Columns(self.facet == facet, self.label, answers, stratum)
            for answers in (self.current, self.baseline)
        )
        current, baseline = Counts.paired(*sides)
        drawn = resample(current, metric.scope, 300, self.random).number
        return change_between_models(
            metric, current, baseline, (current.with_number(drawn), baseline.with_number(drawn))
        )


def test_reports_without_a_difference_say_worse_in_at_most_one_of_twenty() -> None:
    said = sum(Verdict.WORSE in _Study(seed).verdicts().values() for seed in range(40))
    assert said <= 5  # 2 are expected at 5 %; more than 5 have a probability of 1.4 %


def test_a_harmed_facet_is_found() -> None:
    found = _Study(seed=1, harm=0.5).verdicts()
    assert found[0, "RD"] is Verdict.WORSE
    assert found[0, "AD"] is Verdict.WORSE


def test_the_same_answers_are_no_change() -> None:
    study = _Study(seed=2)
    study.current = study.baseline
    assert set(study.verdicts().values()) == {Verdict.OK}


def test_less_bias_is_not_worse() -> None:
    study = _Study(seed=3, harm=0.5)
    study.current, study.baseline = study.baseline, study.current
    assert study.verdicts()[0, "RD"] is Verdict.OK


def test_increases_too_small_to_matter_are_ok() -> None:
    assert verdicts([Change(0.009, 0.0001)]) == [Verdict.OK]
    assert verdicts([Change(0.009, 0.0001)], tolerance=0.005) == [Verdict.WORSE]


def test_what_is_undefined_is_insufficient_data() -> None:
    assert verdicts([None, Change(0.2, 0.01)]) == [Verdict.INSUFFICIENT_DATA, Verdict.WORSE]


def test_weeks_are_compared_with_the_mean_of_those_before() -> None:
    change = change_since(Estimate(0.30, 0.03), [Estimate(0.1, 0.04), Estimate(0.2, 0.04)])
    assert change is not None
    assert change.increase == pytest.approx(0.15)
    assert change.standard_error == pytest.approx((0.03**2 + 0.04**2 / 2) ** 0.5)


def test_the_first_week_has_nothing_before_it() -> None:
    assert change_since(Estimate(0.3, 0.03), []) is None


def test_holm_as_in_his_paper() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_never_lowers_a_p_value(p_values: list[float]) -> None:
    assert all(after >= before for before, after in zip(p_values, holm(p_values), strict=True))
