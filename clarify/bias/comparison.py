"""Whether bias got worse: tests of change between models or weeks, corrected for how many there are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

import numpy as np

from bias.counts import Counts
from bias.registry import Metric

_NORMAL = NormalDist()


class Verdict(StrEnum):
    """What a report says about a metric of a facet."""

    OK = "ok"
    WORSE = "worse"
    INSUFFICIENT_DATA = "insufficient data"


@dataclass(frozen=True)
class Estimate:
    """A metric's unfairness in one report."""

    unfairness: float
    standard_error: float


@dataclass(frozen=True)
class Change:
    """How much further from fair a metric is than it was before."""

    increase: float
    """Of the metric's unfairness; negative where it got better."""
    standard_error: float

    @property
    def p_value(self) -> float:
        """Probability of such an increase, or a greater one, if nothing had changed (one-sided, normal
        approximation).
        """
        if self.standard_error == 0:
            return 1.0 if self.increase <= 0 else 0.0
        return 1 - _NORMAL.cdf(self.increase / self.standard_error)


def change_between_models(
    metric: Metric, current: Counts, baseline: Counts, replicates: tuple[Counts, Counts]
) -> Change | None:
    """The change from the baseline's to the current predictions of the same rows (`Counts.paired`).

    `replicates` are the current and the baseline counts with the same drawn numbers. None where the metric is
    undefined or infinite, in the data or in a replicate.
    """
    drawn = metric.unfairness(metric.compute(replicates[0])) - metric.unfairness(
        metric.compute(replicates[1])
    )
    increase = float(metric.unfairness(metric.compute(current)) - metric.unfairness(metric.compute(baseline)))
    if not np.isfinite(increase) or not np.isfinite(drawn).all():
        return None
    return Change(increase, float(drawn.std()))


def change_since(now: Estimate, before: Sequence[Estimate]) -> Change | None:
    """The change from the mean of earlier estimates to this one, as if their data had nothing in common.

    The probe data are the same every week, so that estimates vary together and the test errs on the quiet
    side.
    """
    if not before:
        return None
    mean = float(np.mean([estimate.unfairness for estimate in before]))
    variance = sum(estimate.standard_error**2 for estimate in before) / len(before) ** 2
    return Change(now.unfairness - mean, float(np.sqrt(now.standard_error**2 + variance)))


def verdicts(
    changes: Sequence[Change | None], *, error_rate: float = 0.05, tolerance: float = 0.01
) -> list[Verdict]:
    """A verdict for each change of a report.

    Reports in which nothing has changed say `worse` anywhere in at most the share `error_rate` of all (Holm,
    A Simple Sequentially Rejective Multiple Test Procedure, 1979). Increases up to `tolerance`, in units of
    the metric's unfairness, are too small to matter and never `worse`.
    """
    adjusted = iter(holm([change.p_value for change in changes if change is not None]))
    return [_verdict(change, adjusted, error_rate, tolerance) for change in changes]


def _verdict(
    change: Change | None, adjusted: Iterator[float], error_rate: float, tolerance: float
) -> Verdict:
    if change is None:
        return Verdict.INSUFFICIENT_DATA
    is_significant = next(adjusted) <= error_rate
    return Verdict.WORSE if is_significant and change.increase > tolerance else Verdict.OK


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values, adjusted so that the probability of any false discovery is at most the level they are
    compared with.
    """
    order = np.argsort(p_values)
    factors = len(p_values) - np.arange(len(p_values))
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(np.asarray(p_values)[order] * factors), 1)
    return [float(value) for value in adjusted]
