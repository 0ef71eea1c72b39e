"""Confidence intervals hold the truth as often as they say."""

import numpy as np
import pytest
from bias.bootstrap import interval, resample
from bias.counts import Columns, Counts
from bias.registry import METRICS, Scope
from simulation.population import Population

_ALIKE = Population.of(facet=0.3, positive=(0.4, 0.4), accuracy=(0.8, 0.8))
_UNLIKE = Population.of(facet=0.2, positive=(0.5, 0.3), accuracy=(0.85, 0.7))


def _coverage(population: Population, rows: int, samples: int, replicates: int) -> dict[str, float]:
    random = np.random.default_rng(7)
    everyone = population.counts(population.cells * 1e9)
    held = dict.fromkeys(METRICS, 0)
    for _ in range(samples):
        data = {scope: population.sample(rows, scope, random) for scope in Scope}
        drawn = {scope: resample(data[scope], scope, replicates, random) for scope in Scope}
        for name, metric in METRICS.items():
            found = interval(metric, data[metric.scope], drawn[metric.scope])
            assert found is not None
            held[name] += found.low - 1e-9 <= float(metric.compute(everyone)) <= found.high + 1e-9
    return {name: number / samples for name, number in held.items()}


@pytest.mark.parametrize("population", [_ALIKE, _UNLIKE], ids=["alike", "unlike"])
def test_intervals_hold_the_true_value(population: Population) -> None:
    # 200 samples: 95 % has a standard error of 1.5 points
    for name, coverage in _coverage(population, rows=600, samples=200, replicates=500).items():
        assert 0.90 <= coverage <= 0.995, name


def test_the_distance_of_equal_groups_may_be_zero() -> None:
    random = np.random.default_rng(0)
    data = _ALIKE.sample(5000, Scope.WITHIN_GROUPS, random)
    found = interval(METRICS["TVD"], data, resample(data, Scope.WITHIN_GROUPS, 1000, random))
    assert found is not None
    assert found.low == 0


@pytest.mark.parametrize("scope", Scope)
def test_replicates_are_as_large_as_the_data(scope: Scope) -> None:
    data = _UNLIKE.sample(300, scope, np.random.default_rng(0))
    replicates = resample(data, scope, 50, np.random.default_rng(1))
    assert set(replicates.number.sum(axis=-1)) == {data.number.sum()}
    if scope is Scope.WITHIN_GROUPS:
        assert set(replicates.facet.rows) == {float(data.facet.rows)}


def test_the_same_seed_draws_the_same() -> None:
    data = _UNLIKE.sample(300, Scope.ALL_ROWS, np.random.default_rng(0))
    first, second = (resample(data, Scope.ALL_ROWS, 20, np.random.default_rng(3)).number for _ in range(2))
    assert (first == second).all()


def test_what_is_undefined_has_no_interval() -> None:
    rows = np.zeros(20, dtype=np.bool_)
    data = Counts.of(Columns(rows, rows, rows, np.zeros(20, dtype=np.int64)))  # nobody is in the facet
    replicates = resample(data, Scope.WITHIN_GROUPS, 20, np.random.default_rng(0))
    assert interval(METRICS["DPL"], data, replicates) is None


def test_what_is_undefined_in_many_replicates_has_no_interval() -> None:
    label = np.arange(40) % 39 == 0  # two positive labels
    facet = np.arange(40) % 2 == 0
    data = Counts.of(Columns(facet, label, label, np.zeros(40, dtype=np.int64)))
    replicates = resample(data, Scope.WITHIN_GROUPS, 500, np.random.default_rng(0))
    assert interval(METRICS["CDDL"], data, replicates) is None
