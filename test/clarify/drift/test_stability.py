"""The index and its threshold against exact values and against chance."""

import math

import numpy as np
import pytest
from drift.histogram import Histogram, pooled
from drift.stability import (
    MINIMUM_EFFECT,
    chi_square_quantile,
    overdispersion,
    stability_index,
    threshold,
)
from hypothesis import given
from hypothesis import strategies as st

BINS = (0.0, 0.5, 0.8)
counts = st.lists(st.integers(0, 10_000), min_size=3, max_size=3).map(
    lambda found: Histogram(BINS, tuple(found))
)


def of(*found: int) -> Histogram:
    return Histogram(BINS, found)


def test_it_is_the_published_formula() -> None:
    expected = math.fsum((p - q) * math.log(p / q) for q, p in ((0.5, 0.2), (0.3, 0.3), (0.2, 0.5)))
    found = stability_index(of(500_000, 300_000, 200_000), of(200_000, 300_000, 500_000))
    assert found == pytest.approx(expected, rel=1e-4)


@given(counts, counts)
def test_it_is_finite_symmetric_and_never_negative(a: Histogram, b: Histogram) -> None:
    index = stability_index(a, b)
    assert math.isfinite(index)
    assert index >= 0
    assert index == pytest.approx(stability_index(b, a))


@given(counts)
def test_a_histogram_is_like_itself(a: Histogram) -> None:
    assert stability_index(a, a) == 0


def test_other_bins_are_refused() -> None:
    with pytest.raises(ValueError, match="different bins"):
        stability_index(of(1, 2, 3), Histogram((0.0, 0.4, 0.8), (1, 2, 3)))


@pytest.mark.parametrize(
    ("probability", "freedom", "exact"),
    [(0.95, 2, 5.9915), (0.9875, 2, 8.7641), (0.95, 6, 12.5916), (0.9875, 6, 16.2433), (0.99, 4, 13.2767)],
)
def test_quantiles_are_those_of_chi_square(probability: float, freedom: int, exact: float) -> None:
    assert chi_square_quantile(probability, freedom) == pytest.approx(exact, rel=0.01)


def test_few_requests_need_a_larger_difference_many_the_least_that_matters() -> None:
    assert threshold(20_000, 50, 7, 4) > threshold(20_000, 100, 7, 4) > MINIMUM_EFFECT
    assert threshold(20_000, 1e6, 7, 4) == MINIMUM_EFFECT


def test_chance_passes_the_threshold_of_few_requests_as_seldom_as_promised() -> None:
    draw = np.random.default_rng(0)
    shares = (0.5, 0.3, 0.2)
    limit = threshold(1_000, 60, 3, features=1)
    pairs = zip(draw.multinomial(1_000, shares, 4_000), draw.multinomial(60, shares, 4_000), strict=True)
    passed = np.mean([stability_index(of(*a.tolist()), of(*b.tolist())) > limit for a, b in pairs])
    assert 0.02 < passed < 0.07


def test_weeks_that_vary_more_than_by_chance_are_noticed_and_one_change_is_not() -> None:
    draw = np.random.default_rng(0)
    quiet = [of(*draw.multinomial(1_000, (0.5, 0.3, 0.2)).tolist()) for _ in range(8)]
    wild = [of(*(20 * draw.multinomial(50, (0.5, 0.3, 0.2))).tolist()) for _ in range(8)]
    changed = [*quiet[:5], of(100, 300, 600), of(100, 300, 600)]
    assert overdispersion(quiet) < 2
    assert overdispersion(wild) > 4
    assert overdispersion(changed) < 2
    assert overdispersion(wild[:3]) == 1  # too few weeks


def test_histograms_add_up_where_their_bins_are_the_same() -> None:
    assert pooled([of(1, 2, 3), of(10, 20, 30)]) == of(11, 22, 33)
    assert pooled([]) is None
    assert pooled([of(1, 2, 3), Histogram((0.0, 0.4, 0.8), (1, 2, 3))]) is None
    with pytest.raises(ValueError, match="3 bins have 2 counts"):
        of(1, 2)
