"""How often whole reports say `worse`: where nothing has changed, and where a group is harmed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from analysis.coding import Coded, Codes
from analysis.config import LABELS, Configuration, FacetConfiguration
from analysis.dataset import Dataset
from analysis.engine import analyse
from analysis.history import Earlier
from analysis.results import FacetResult, overall
from analysis.settings import Settings
from bias.comparison import Estimate, Verdict
from bias.registry import METRICS

_GROUPS = ("a", "b", "c", "d", "e")
_ACCURACY = 0.8
_ANEW = 0.1
"""Share of texts that the new version answers anew, just as well."""
_CONFIG = Configuration(
    "text/csv", "label", ("positive",), (FacetConfiguration("group"),), tuple(METRICS.values())
)


@dataclass(frozen=True)
class Rates:
    """Shares of reports."""

    reports: int
    any_worse: float
    """That say `worse` anywhere."""
    found: float
    """That say it of the harmed group."""


def no_difference(
    reports: int, rows: int, settings: Settings, seed: int, progress: Callable[[str], None]
) -> Rates:
    """Reports week after week on fresh data, compared with a baseline as good and the weeks before."""
    random, history, worse = np.random.default_rng([seed, 1]), list[Earlier](), 0
    for week in range(settings.weeks + reports):
        progress(f"no difference: report {week + 1} of {settings.weeks + reports}")
        facets = analyse(_CONFIG, sample(random, rows), ("group",), settings, history)
        worse += week >= settings.weeks and _is_worse(facets)
        history = [*history, _earlier(facets)][-settings.weeks :]
    return Rates(reports, worse / reports, float("nan"))


def harm(
    points: int, reports: int, rows: int, settings: Settings, seed: int, progress: Callable[[str], None]
) -> Rates:
    """Reports in which the recall of one group's positive texts falls by so many points."""
    random, worse, found = np.random.default_rng([seed, 2, points]), 0, 0
    for number in range(reports):
        progress(f"harm of {points} points: report {number + 1} of {reports}")
        facets = analyse(_CONFIG, sample(random, rows, points / 100), ("group",), settings)
        worse += _is_worse(facets)
        found += _is_worse([facet for facet in facets if facet.value == _GROUPS[0]])
    return Rates(reports, worse / reports, found / reports)


def sample(random: np.random.Generator, rows: int, lost: float = 0.0) -> Dataset:
    """Texts of five equal groups with the predictions of two versions; the new one's recall of the first
    group's positive texts is less by the share `lost`.
    """
    group = random.integers(0, len(_GROUPS), rows).astype(np.int32)
    label = random.integers(0, len(LABELS), rows).astype(np.int32)
    before = _answers(random, label)
    after = np.where(random.random(rows) < _ANEW, _answers(random, label), before)
    is_right = (group == 0) & (label == 0) & (after == 0)
    recall = _ACCURACY + (1 - _ACCURACY) / len(LABELS)
    after = np.where(is_right & (random.random(rows) < lost / recall), 2, after).astype(np.int32)
    return Dataset(
        label=Coded(LABELS, label),
        facets={"group": Coded(_GROUPS, group)},
        prediction=Coded(LABELS, after),
        baseline=Coded(LABELS, before),
        stratum=Coded(("x", "y"), random.integers(0, 2, rows).astype(np.int32)),
        template=Coded(tuple(map(str, range(rows // 5 + 1))), np.arange(rows, dtype=np.int32) // 5),
    )


def _answers(random: np.random.Generator, label: Codes) -> Codes:
    is_known = random.random(label.size) < _ACCURACY
    return np.where(is_known, label, random.integers(0, len(LABELS), label.size)).astype(np.int32)


def _is_worse(facets: Sequence[FacetResult]) -> bool:
    return overall([result.verdict for facet in facets for result in facet.metrics]) is Verdict.WORSE


def _earlier(facets: Sequence[FacetResult]) -> Earlier:
    estimates = {
        key: estimate for key, estimate in _estimates(facets) if np.isfinite(estimate.standard_error)
    }
    return Earlier("", Verdict.OK, 0, estimates, {}, {})


def _estimates(facets: Sequence[FacetResult]) -> Iterator[tuple[tuple[str, str, str], Estimate]]:
    for facet in facets:
        for result in facet.metrics:
            key = (facet.facet, facet.value, result.metric.name)
            yield key, Estimate(result.unfairness, result.standard_error)
