"""What an analysis finds."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bias.bootstrap import Interval
from bias.comparison import Change, Verdict
from bias.registry import Metric
from drift.results import Drift
from explanations.results import Explanations

from analysis.config import Configuration
from analysis.dataset import Dataset
from analysis.settings import Settings

BASELINE = "baseline"
HISTORY = "history"
NOTHING_TO_COMPARE = "nothing to compare with: no baseline, no earlier report"


@dataclass(frozen=True)
class MetricResult:
    """A metric of one group."""

    metric: Metric
    value: float
    """Not a number where it is undefined; then `problem` says why."""
    interval: Interval | None
    unfairness: float
    standard_error: float
    """Of the unfairness; not a number where it is unknown."""
    verdict: Verdict
    reason: str
    """Why the verdict is what it is, in words."""
    problem: str | None = None
    baseline_value: float | None = None
    changes: Mapping[str, tuple[Change, Verdict]] = field(default_factory=dict)
    """Of the unfairness, by what it is compared with: BASELINE, HISTORY."""


@dataclass(frozen=True)
class Side:
    """Rows on one side of a facet, and how many have each label."""

    rows: int
    labels: Mapping[str, int]
    predictions: Mapping[str, int]
    """Empty where there are no predictions, as is the next."""
    baseline: Mapping[str, int]


@dataclass(frozen=True)
class FacetResult:
    """One group: its rows, the rest, its metrics."""

    facet: str
    value: str
    group: Side
    rest: Side
    metrics: tuple[MetricResult, ...]


@dataclass(frozen=True)
class Example:
    """Sentences of one counterfactual family that are called differently."""

    family: str
    rows: int
    """Of the family."""
    sentences: tuple[tuple[str, str], ...]
    """Text and predicted label, one for each label that is predicted."""


@dataclass(frozen=True)
class Analysis:
    """A whole report."""

    created: str
    """ISO 8601, in UTC."""
    config: Configuration
    settings: Settings
    data: Dataset
    facets: tuple[FacetResult, ...]
    model: str | None = None
    baseline: str | None = None
    """Names of the versions."""
    notes: tuple[str, ...] = ()
    """What was left out, and why."""
    examples: tuple[Example, ...] = ()
    explanations: Explanations | None = None
    drift: Drift | None = None

    @property
    def verdict(self) -> Verdict:
        """`worse` where anything is, `ok` where something could be compared."""
        return overall([result.verdict for facet in self.facets for result in facet.metrics])

    @property
    def tally(self) -> dict[Verdict, int]:
        """How often each verdict is given."""
        given = [result.verdict for facet in self.facets for result in facet.metrics]
        return {verdict: given.count(verdict) for verdict in Verdict}


def overall(verdicts: list[Verdict]) -> Verdict:
    """The verdict of several together."""
    for verdict in (Verdict.WORSE, Verdict.OK):
        if verdict in verdicts:
            return verdict
    return Verdict.INSUFFICIENT_DATA
