"""The metrics of one group of rows: values, intervals and changes against the baseline's predictions."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from bias.bootstrap import Interval
from bias.comparison import Change, change_between_models
from bias.counts import Booleans, Columns, Counts
from bias.registry import Metric, Stage

from analysis.coding import Coded
from analysis.dataset import Dataset
from analysis.facets import FacetValue
from analysis.families import family_counterfactuals
from analysis.sample import Sample
from analysis.settings import Settings
from analysis.sufficiency import insufficiency

_CONDITIONAL = {"CDDL", "CDDPL"}
NO_STRATA = "Group variable is empty or not provided"  # in smclarify's words
NO_FAMILIES = "no sentence family (column `template`) has rows on both sides"
UNDEFINED = "undefined: what it divides by is 0"


@dataclass(frozen=True)
class Measurement:
    """A metric of one group, before its verdict."""

    metric: Metric
    value: float
    interval: Interval | None
    unfairness: float
    standard_error: float
    insufficient: str | None
    """Why there can be no verdict."""
    problem: str | None
    """Why there is no value."""
    baseline_value: float | None
    change: Change | None
    """Against the baseline's predictions."""


@dataclass(frozen=True)
class _Models:
    """The counts of the rows with the current and with the baseline's predictions."""

    current: Counts
    baseline: Counts | None


def measure(
    facet: FacetValue, data: Dataset, metrics: Sequence[Metric], positive: Sequence[str], settings: Settings
) -> list[Measurement]:
    """Every metric of a group; the same whatever other groups are looked at."""
    models = _counts(facet, data, positive)
    random = np.random.default_rng([settings.seed, *_words(facet)])
    sample = Sample.of(models.current, settings.replicates, random)
    has_strata = data.stratum is not None
    return [_measure(metric, models, sample, settings, has_strata) for metric in metrics]


def _measure(
    metric: Metric, models: _Models, sample: Sample, settings: Settings, has_strata: bool
) -> Measurement:
    problem = _problem(metric, models.current, has_strata)
    value = np.nan if problem else float(metric.compute(models.current))
    insufficient = problem or insufficiency(metric, models.current, settings.minimum_group_size)
    return Measurement(
        metric=metric,
        value=value,
        interval=None if insufficient else sample.interval(metric),
        unfairness=float(metric.unfairness(np.array(value))),
        standard_error=float("nan") if insufficient else sample.standard_error(metric),
        insufficient=insufficient,
        problem=problem,
        baseline_value=None if problem else _baseline_value(metric, models),
        change=None if insufficient else _change(metric, models, sample.drawn[metric.scope]),
    )


def _problem(metric: Metric, counts: Counts, has_strata: bool) -> str | None:
    if metric.name in _CONDITIONAL and not has_strata:
        return NO_STRATA
    if counts.facet.rows == 0 or counts.others.rows == 0:
        return "no rows in the group" if counts.facet.rows == 0 else "no rows outside of the group"
    if metric.name == "FT" and counts.distinct.counterfactual is None:
        return NO_FAMILIES
    return UNDEFINED if np.isnan(metric.compute(counts)) else None


def _baseline_value(metric: Metric, models: _Models) -> float | None:
    if models.baseline is None or metric.stage is Stage.PRE_TRAINING:
        return None
    return float(metric.compute(models.baseline))


def _change(metric: Metric, models: _Models, replicates: Counts) -> Change | None:
    """The labels are the same for both models, and so no change of theirs is tested."""
    if models.baseline is None or metric.stage is Stage.PRE_TRAINING:
        return None
    both = (replicates, models.baseline.with_number(replicates.number))
    return change_between_models(metric, models.current, models.baseline, both)


def _counts(facet: FacetValue, data: Dataset, positive: Sequence[str]) -> _Models:
    rows = facet.known & data.complete
    inside = facet.inside[rows]
    label = _is_positive(data.label, positive)[rows]
    stratum = np.zeros(inside.size, dtype=np.int64)
    if data.stratum is not None:
        stratum = data.stratum.codes[rows].astype(np.int64)

    def columns(column: Coded | None) -> Columns:
        prediction = label if column is None else _is_positive(column, positive)[rows]
        families = None if data.template is None or column is None else data.template.codes[rows]
        other = None if families is None else family_counterfactuals(families, inside, prediction)
        return Columns(inside, label, prediction, stratum, other)

    current = columns(data.prediction)
    if data.baseline is None:
        return _Models(Counts.of(current), None)
    return _Models(*Counts.paired(current, columns(data.baseline)))


def _is_positive(column: Coded, positive: Sequence[str]) -> Booleans:
    return np.isin(column.codes, [place for place, value in enumerate(column.values) if value in positive])


def _words(facet: FacetValue) -> list[int]:
    digest = hashlib.sha256(f"{facet.facet}\0{facet.value}".encode()).digest()
    return [int.from_bytes(digest[at : at + 4]) for at in range(0, 16, 4)]
