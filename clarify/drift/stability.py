"""The population stability index, and how large it gets by chance."""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import NormalDist

from drift.histogram import Histogram

MINIMUM_EFFECT = 0.1
"""Below it nobody acts. The usual rule of thumb; alone it would ignore how many requests there are."""

_FALSE_ALARMS = 0.05
"""Of weeks without drift, over all features together."""
_SMOOTHING = 0.5
"""Requests added to each bin, as Jeffreys' prior does: an empty bin would make the index infinite."""
_FEWEST_PAIRS = 3


def stability_index(expected: Histogram, found: Histogram) -> float:
    """PSI = sum over the bins of (p - q) ln(p / q): 0 where both are alike, without an upper limit.

    Raises ValueError where the bins differ. Siddiqi (2006), "Credit Risk Scorecards".
    """
    if expected.bins != found.bins:
        raise ValueError("the histograms have different bins")
    pairs = zip(_smoothed(expected), _smoothed(found), strict=True)
    return math.fsum((p - q) * math.log(p / q) for q, p in pairs)


def threshold(expected: float, found: float, bins: int, features: int) -> float:
    """The index above which histograms of so many independent requests differ by more than chance.

    Without drift, PSI is (1/expected + 1/found) times a chi-square variable with bins - 1 degrees of freedom:
    Yurdakul (2018), "Statistical properties of the population stability index". The false alarms are shared
    out among the features (Bonferroni). Never below MINIMUM_EFFECT.
    """
    quantile = chi_square_quantile(1 - _FALSE_ALARMS / features, bins - 1)
    return max(MINIMUM_EFFECT, (1 / expected + 1 / found) * quantile)


def overdispersion(weeks: Sequence[Histogram]) -> float:
    """How many times more PSI varies from week to week than with independent requests; 1 with too few weeks.

    One user's texts are alike, so that a thousand requests tell less than a thousand independent ones. It is
    the second largest ratio of consecutive weeks: a real change between two of them makes one large ratio.
    """
    pairs = pairwise(weeks)
    ratios = [_excess(before, after) for before, after in pairs if before.total and after.total]
    return sorted(ratios)[-2] if len(ratios) >= _FEWEST_PAIRS else 1.0


def chi_square_quantile(probability: float, freedom: int) -> float:
    """Wilson and Hilferty's (1931) approximation: within 1 % from the median up, for 2 degrees of freedom."""
    part = 2 / (9 * freedom)
    return freedom * (1 - part + NormalDist().inv_cdf(probability) * math.sqrt(part)) ** 3


def _excess(before: Histogram, after: Histogram) -> float:
    by_chance = (1 / before.total + 1 / after.total) * (len(before.bins) - 1)
    return stability_index(before, after) / by_chance


def _smoothed(histogram: Histogram) -> list[float]:
    total = histogram.total + _SMOOTHING * len(histogram.counts)
    return [(count + _SMOOTHING) / total for count in histogram.counts]
