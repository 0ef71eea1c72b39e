"""The whole analysis: every metric of every group, and one correction over all that is compared."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from bias.comparison import Change, Estimate, Verdict, change_since, verdicts
from bias.counts import Booleans
from bias.registry import Stage

from analysis.coding import Coded
from analysis.config import Configuration
from analysis.dataset import Dataset
from analysis.facets import FacetValue, facet_values
from analysis.history import Earlier
from analysis.measure import Measurement, measure
from analysis.results import (
    BASELINE,
    HISTORY,
    NOTHING_TO_COMPARE,
    FacetResult,
    MetricResult,
    Side,
    overall,
)
from analysis.settings import Settings

_WORDS = {BASELINE: "than the baseline", HISTORY: "than in the last reports"}


def analyse(
    config: Configuration,
    data: Dataset,
    facet_names: tuple[str, ...],
    settings: Settings,
    history: Sequence[Earlier] = (),
    progress: Callable[[str], None] = lambda step: None,
) -> tuple[FacetResult, ...]:
    """Analyses a data set.

    `history`: earlier reports, oldest first; the newest `settings.weeks` of them are compared with.
    """
    measured: list[tuple[FacetValue, list[Measurement]]] = []
    for facet in facet_values(config, data, facet_names, settings):
        progress(f"measuring {facet.facet}: {facet.value}")
        measured.append((facet, measure(facet, data, config.metrics, config.positive, settings)))
    changes = [
        _changes(facet, measurement, history[-settings.weeks :])
        for facet, measurements in measured
        for measurement in measurements
    ]
    judged = iter(_judged(changes, settings))
    return tuple(
        FacetResult(
            facet.facet,
            facet.value,
            _side(data, facet.inside & facet.known & data.complete),
            _side(data, ~facet.inside & facet.known & data.complete),
            tuple(_result(measurement, next(judged), data) for measurement in measurements),
        )
        for facet, measurements in measured
    )


_Changes = dict[str, Change]
_Judged = dict[str, tuple[Change, Verdict]]


def _changes(facet: FacetValue, measurement: Measurement, history: Sequence[Earlier]) -> _Changes:
    found: _Changes = {}
    if measurement.change is not None:
        found[BASELINE] = measurement.change
    now = Estimate(measurement.unfairness, measurement.standard_error)
    if measurement.insufficient is None and np.isfinite([now.unfairness, now.standard_error]).all():
        key = (facet.facet, facet.value, measurement.metric.name)
        since = change_since(now, [report.estimates[key] for report in history if key in report.estimates])
        if since is not None:
            found[HISTORY] = since
    return found


def _judged(changes: Sequence[_Changes], settings: Settings) -> Iterator[_Judged]:
    """Verdicts, corrected over all changes of the report."""
    every = [change for found in changes for change in found.values()]
    given = iter(verdicts(every, error_rate=settings.error_rate, tolerance=settings.tolerance))
    for found in changes:
        yield {kind: (change, next(given)) for kind, change in found.items()}


def _result(measurement: Measurement, judged: _Judged, data: Dataset) -> MetricResult:
    verdict, reason = _verdict(measurement, judged, data.baseline is not None)
    return MetricResult(
        metric=measurement.metric,
        value=measurement.value,
        interval=measurement.interval,
        unfairness=measurement.unfairness,
        standard_error=measurement.standard_error,
        verdict=verdict,
        reason=reason,
        problem=measurement.problem,
        baseline_value=measurement.baseline_value,
        changes=judged,
    )


def _verdict(measurement: Measurement, judged: _Judged, has_baseline: bool) -> tuple[Verdict, str]:
    if measurement.insufficient is not None:
        return Verdict.INSUFFICIENT_DATA, measurement.insufficient
    if judged:
        worse = [_WORDS[kind] for kind, (_, verdict) in judged.items() if verdict is Verdict.WORSE]
        words = worse or [_WORDS[kind] for kind in judged]
        reason = f"{'further' if worse else 'not significantly further'} from fair {' and '.join(words)}"
        return overall([verdict for _, verdict in judged.values()]), reason
    if has_baseline and measurement.metric.stage is Stage.PRE_TRAINING:
        return Verdict.OK, "the labels are the same for both models"
    if has_baseline:
        return Verdict.INSUFFICIENT_DATA, "infinite or undefined, in the data or in a resampled data set"
    return Verdict.INSUFFICIENT_DATA, NOTHING_TO_COMPARE


def _side(data: Dataset, rows: Booleans) -> Side:
    def shares(column: Coded | None) -> dict[str, int]:
        if column is None:
            return {}
        numbers = np.bincount(column.codes[rows], minlength=len(column.values))
        return {value: int(number) for value, number in zip(column.values, numbers, strict=True)}

    return Side(int(rows.sum()), shares(data.label), shares(data.prediction), shares(data.baseline))
