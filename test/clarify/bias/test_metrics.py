"""The metrics, beside AWS's smclarify on the same rows."""

from collections.abc import Callable
from math import inf, isnan, nan

import numpy as np
import pandas as pd
import pytest
from bias.counts import Columns, Counts
from bias.flip_test import counterfactuals
from bias.registry import METRICS, Stage, metric
from hypothesis import given, settings
from hypothesis import strategies as st
from smclarify.bias import metrics as smclarify

Row = tuple[bool, bool, bool, int]
"""Facet, label, prediction, stratum."""

_FUNCTIONS = [*smclarify.PRETRAINING_METRICS, *smclarify.POSTTRAINING_METRICS]
_ROWS = st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans(), st.integers(0, 2)), min_size=1)


def _columns(rows: list[Row]) -> Columns:
    facet, label, prediction, stratum = (np.array(column) for column in zip(*rows, strict=True))
    counterfactual = counterfactuals(_features(rows), facet, prediction)
    return Columns(facet, label, prediction, stratum, counterfactual)


def _features(rows: list[Row]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Numbers without equal distances, of which the nearest neighbours would be a matter of chance."""
    return np.random.default_rng(len(rows)).normal(size=(len(rows), 1))


def _of_smclarify(function: Callable[..., float], rows: list[Row]) -> float:
    """Its value; not a number where it raises an error that says that the metric is undefined."""
    facet, label, prediction, stratum = (pd.Series(column) for column in zip(*rows, strict=True))
    try:
        value: float = smclarify.call_metric(
            function,
            df=pd.DataFrame(_features(rows)),
            feature=facet,
            sensitive_facet_index=facet,
            label=label,
            positive_label_index=label,
            positive_predicted_label_index=prediction,
            group_variable=stratum,
        )
    except ValueError:
        return nan
    return value


def _is_same(ours: float, theirs: float) -> bool:
    return ours == theirs or (isnan(ours) and isnan(theirs)) or abs(ours - theirs) <= 1e-9


@pytest.mark.parametrize("function", _FUNCTIONS, ids=lambda function: function.__name__)
@settings(max_examples=25, deadline=None)
@given(rows=_ROWS)
def test_equals_smclarify(function: Callable[..., float], rows: list[Row]) -> None:
    ours = float(METRICS[function.__name__].compute(Counts.of(_columns(rows))))
    theirs = _of_smclarify(function, rows)
    assert _is_same(ours, theirs), f"{function.__name__} is {ours}, by smclarify {theirs}"


def test_are_those_of_clarify() -> None:
    assert {function.__name__ for function in _FUNCTIONS} == set(METRICS)
    pre = [name for name, metric in METRICS.items() if metric.stage is Stage.PRE_TRAINING]
    assert pre == ["CI", "DPL", "KL", "JS", "LP", "TVD", "KS", "CDDL"]


@pytest.mark.parametrize("name", METRICS)
@settings(max_examples=25, deadline=None)
@given(rows=_ROWS)
def test_stay_in_their_range(name: str, rows: list[Row]) -> None:
    registered = METRICS[name]
    value = float(registered.compute(Counts.of(_columns(rows))))
    low, high = registered.range
    assert isnan(value) or low - 1e-12 <= value <= high + 1e-12


@pytest.mark.parametrize("name", sorted(set(METRICS) - {"CI", "FT", "GE"}))
def test_are_fair_when_both_sides_are_alike(name: str) -> None:
    side = [
        (True, True, 0),
        (True, False, 0),
        (False, True, 1),
        (False, False, 1),
        (True, True, 1),
        (False, False, 0),
    ]
    rows = [
        (facet, label, prediction, stratum) for facet in (True, False) for label, prediction, stratum in side
    ]
    registered = METRICS[name]
    value = registered.compute(Counts.of(_columns(rows * 3)))
    assert float(registered.unfairness(value)) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("name", METRICS)
def test_say_what_they_mean(name: str) -> None:
    registered = METRICS[name]
    assert registered.source.startswith("https://docs.aws.amazon.com/sagemaker/")
    assert registered.title and registered.definition and registered.meaning
    low, high = registered.range
    assert low <= registered.fair <= high


def test_halving_is_as_unfair_as_doubling() -> None:
    impact = METRICS["DI"]
    half, double, never = impact.unfairness(np.array([0.5, 2.0, 0.0]))
    assert half == pytest.approx(double)
    assert never == inf


def test_a_name_is_registered_once() -> None:
    with pytest.raises(ValueError, match="CI is registered already"):

        @metric(Stage.PRE_TRAINING, "Another", "another.html", range=(0, 1), meaning="Large: much.")
        def CI(counts: Counts) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
            """Another definition."""
            return counts.number


def test_a_metric_has_a_definition() -> None:
    with pytest.raises(ValueError, match="nameless needs a docstring"):

        @metric(Stage.PRE_TRAINING, "Nameless", "nameless.html", range=(0, 1), meaning="Large: much.")
        def nameless(counts: Counts) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
            return counts.number


def test_a_million_rows_are_a_few_distinct_ones() -> None:
    random = np.random.default_rng(0)
    facet, label, prediction = random.random((3, 1_000_000)) < 0.5
    counts = Counts.of(Columns(facet, label, prediction, np.zeros(1_000_000, dtype=np.int64)))
    assert counts.number.size == 8
    assert counts.number.sum() == 1_000_000
