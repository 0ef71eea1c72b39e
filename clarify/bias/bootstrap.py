"""Bootstrap confidence intervals of bias metrics: bias-corrected and accelerated (BCa), stratified by group.

Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 14; for several groups Davison and
Hinkley, Bootstrap Methods and their Application (1997), section 5.3.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from bias.counts import Booleans, Counts, Values
from bias.pretraining import DPL
from bias.registry import Metric, Scope

_NORMAL = NormalDist()

MAX_UNDEFINED = 0.05
"""Share of replicates in which a metric may be undefined (a denominator of 0) before its interval is no
longer given.
"""


@dataclass(frozen=True)
class Interval:
    """A confidence interval; its ends may be infinite."""

    low: float
    high: float


def resample(counts: Counts, scope: Scope, replicates: int, random: np.random.Generator) -> Counts:
    """Draws data sets of the same size from the rows, with replacement, along a new first axis."""
    drawn = np.zeros((replicates, counts.number.size))
    for group in _groups(counts, scope):
        number = counts.number[group]
        rows = int(number.sum())
        if rows > 0:
            drawn[:, group] = random.multinomial(rows, number / rows, replicates)
    return counts.with_number(drawn)


def interval(metric: Metric, counts: Counts, replicates: Counts, confidence: float = 0.95) -> Interval | None:
    """The interval of a metric from replicates drawn with its scope; None where the metric is undefined, or
    too often in them.

    That of a distance comes from the signed distance, folded: one of a distance itself would never hold the 0
    of equal groups.
    """
    value = float(_signed(metric, counts))
    drawn = _signed(metric, replicates)
    valid = drawn[~np.isnan(drawn)]
    if np.isnan(value) or valid.size < (1 - MAX_UNDEFINED) * drawn.size:
        return None
    low, high = _bca(valid, value, _acceleration(metric, counts, value), confidence)
    return _folded(low, high) if metric.is_distance else Interval(low, high)


def _signed(metric: Metric, counts: Counts) -> Values:
    values = metric.compute(counts)
    return np.where(DPL(counts) < 0, -values, values) if metric.is_distance else values


def _bca(drawn: Values, value: float, acceleration: float, confidence: float) -> tuple[float, float]:
    below = ((drawn < value).mean() + (drawn <= value).mean()) / 2
    last = 1 / (drawn.size + 1)
    bias = _NORMAL.inv_cdf(min(max(float(below), last), 1 - last))

    def end(probability: float) -> float:
        z = bias + _NORMAL.inv_cdf(probability)
        corrected = _NORMAL.cdf(bias + z / (1 - acceleration * z))
        return float(np.quantile(drawn, corrected, method="inverted_cdf"))

    return end((1 - confidence) / 2), end((1 + confidence) / 2)


def _acceleration(metric: Metric, counts: Counts, value: float) -> float:
    """From the influence of each row on the value; equal rows have the same."""
    without_one = counts.with_number(counts.number - np.eye(counts.number.size))
    influence = value - _signed(metric, without_one)
    cubes = squares = 0.0
    for group in _groups(counts, metric.scope):
        number, own = counts.number[group], influence[group] * (1 - 1 / counts.number[group].sum())
        cubes += float(number @ own**3)
        squares += float(number @ own**2)
    return cubes / (6 * squares**1.5) if squares > 0 and np.isfinite(cubes) else 0.0


def _groups(counts: Counts, scope: Scope) -> list[Booleans]:
    """Which distinct rows are drawn together."""
    facet = counts.distinct.facet
    return (
        [np.ones_like(facet)]
        if scope is Scope.ALL_ROWS
        else [group for group in (facet, ~facet) if group.any()]
    )


def _folded(low: float, high: float) -> Interval:
    ends = sorted((abs(low), abs(high)))
    return Interval(0.0 if low <= 0 <= high else ends[0], ends[1])
