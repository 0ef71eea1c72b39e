"""One group's counts and their bootstrap replicates: what intervals and standard errors come from."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from bias.bootstrap import Interval, interval, resample
from bias.counts import Columns, Counts
from bias.registry import Metric, Scope

_OF_A_PART = {"SD", "RD", "DAR", "DRR", "DCA", "DCR"}
"""Metrics of a part of the rows by label or prediction, which may be few and all right."""


@dataclass(frozen=True)
class Sample:
    """Counts, and smoothed ones, with replicates of both.

    The smoothed counts have, on each side, one more row of each label with each prediction. Where all answers
    of a group are right, replicates of the rows alone do not vary, as if its accuracy were known for certain:
    intervals are too short, and chance looks like a change. Agresti and Caffo, Simple and Effective
    Confidence Intervals for Proportions and Differences of Proportions, The American Statistician 54 (2000).
    """

    counts: Counts
    drawn: Mapping[Scope, Counts]
    smoothed: Counts
    drawn_smoothed: Mapping[Scope, Counts]

    @classmethod
    def of(cls, counts: Counts, replicates: int, random: np.random.Generator) -> "Sample":
        """Draws the replicates."""
        smooth = smoothed(counts)
        return cls(
            counts,
            {scope: resample(counts, scope, replicates, random) for scope in Scope},
            smooth,
            {scope: resample(smooth, scope, replicates, random) for scope in Scope},
        )

    def interval(self, metric: Metric) -> Interval | None:
        """The 95 % confidence interval; it holds the value."""
        if metric.name not in _OF_A_PART:
            return interval(metric, self.counts, self.drawn[metric.scope])
        found = interval(metric, self.smoothed, self.drawn_smoothed[metric.scope])
        value = float(metric.compute(self.counts))
        return None if found is None else Interval(min(found.low, value), max(found.high, value))

    def standard_error(self, metric: Metric) -> float:
        """Of the metric's unfairness; not a number where that is infinite or undefined in a replicate."""
        unfairness = metric.unfairness(metric.compute(self.drawn_smoothed[metric.scope]))
        return float(unfairness.std()) if np.isfinite(unfairness).all() else float("nan")


def smoothed(counts: Counts) -> Counts:
    """The rows and, on each side, one more of each label with each prediction, in the commonest stratum."""
    seen, extra = counts.distinct, np.indices((2, 2, 2)).reshape(3, -1) == 1
    usual = int(seen.stratum[counts.number.argmax()]) if seen.stratum.size else 0
    other = None if seen.counterfactual is None else np.concatenate([seen.counterfactual, extra[2]])
    columns = Columns(
        np.concatenate([seen.facet, extra[0]]),
        np.concatenate([seen.label, extra[1]]),
        np.concatenate([seen.prediction, extra[2]]),
        np.concatenate([seen.stratum, np.full(extra.shape[1], usual)]),
        other,
    )
    return Counts(columns, np.concatenate([counts.number, np.ones(extra.shape[1])]))
