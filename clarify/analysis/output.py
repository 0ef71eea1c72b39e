"""analysis.json: the sections of SageMaker Clarify, and beside them the section `serin`."""

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Mapping
from math import isinf, isnan
from typing import Any

from bias.bootstrap import Interval
from bias.comparison import Change, Verdict
from bias.registry import Stage
from explanations.results import Explanations

from analysis.results import Analysis, FacetResult, MetricResult, Side

Json = dict[str, Any]


def to_json(analysis: Analysis) -> Json:
    """The document; analysis.schema.json describes it."""
    stages = {result.metric.stage for facet in analysis.facets for result in facet.metrics}
    return {
        "version": "1.0",
        **{stage.value: _stage(analysis, stage) for stage in Stage if stage in stages},
        "serin": _serin(analysis),
    }


def number(value: float) -> float | str | None:
    """A number as smclarify writes it: infinite ones as text, null where it is undefined."""
    if isnan(value):
        return None
    if isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return float(value)


def _stage(analysis: Analysis, stage: Stage) -> Json:
    return {
        "label": str(analysis.data.names.get("label", analysis.config.label)),
        "label_value_or_threshold": ",".join(analysis.config.positive),
        "facets": _by_facet(
            analysis,
            lambda facet: [_clarify(result) for result in _by_name(facet) if result.metric.stage is stage],
        ),
    }


def _by_name(facet: FacetResult) -> list[MetricResult]:
    """In smclarify's order."""
    return sorted(facet.metrics, key=lambda result: result.metric.name)


def _by_facet(analysis: Analysis, metrics: Callable[[FacetResult], list[Json]]) -> dict[str, list[Json]]:
    facets = defaultdict(list)
    for facet in analysis.facets:
        facets[facet.facet].append({"value_or_threshold": facet.value, "metrics": metrics(facet)})
    return dict(facets)


def _clarify(result: MetricResult) -> Json:
    metric = result.metric
    row = {
        "name": metric.name,
        "description": f"{metric.title} ({metric.name})",
        "value": number(result.value),
    }
    return row if result.problem is None else row | {"error": result.problem}


def _serin(analysis: Analysis) -> Json:
    facets = defaultdict(list)
    for facet in analysis.facets:
        facets[facet.facet].append(_group(facet))
    return {
        "created": analysis.created,
        "model": analysis.model,
        "baseline": analysis.baseline,
        "positive": list(analysis.config.positive),
        "verdict": analysis.verdict.value,
        "tally": {verdict.value: count for verdict, count in analysis.tally.items()},
        "data": {
            "sha256": analysis.data.digest,
            "rows": analysis.data.rows,
            "used": int(analysis.data.complete.sum()),
            "left_out": analysis.data.left_out,
        },
        "settings": dataclasses.asdict(analysis.settings),
        "notes": list(analysis.notes),
        "facets": dict(facets),
        "explanations": _explanations(analysis.explanations),
        "drift": None if analysis.drift is None else _plain(dataclasses.asdict(analysis.drift)),
    }


def _explanations(found: Explanations | None) -> Json | None:
    """Words over many texts; no text."""
    if found is None:
        return None
    return {key: _plain(value) for key, value in dataclasses.asdict(found).items() if key != "examples"}


def _plain(value: object) -> object:
    """Tuples as lists, as JSON has them."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value


def _group(facet: FacetResult) -> Json:
    return {
        "value_or_threshold": facet.value,
        "group": _side(facet.group),
        "rest": _side(facet.rest),
        "metrics": {result.metric.name: _metric(result) for result in facet.metrics},
    }


def _side(side: Side) -> Json:
    return {
        "rows": side.rows,
        "labels": dict(side.labels),
        "predictions": dict(side.predictions),
        "baseline_predictions": dict(side.baseline),
    }


def _metric(result: MetricResult) -> Json:
    return {
        "value": number(result.value),
        "interval": _interval(result.interval),
        "unfairness": number(result.unfairness),
        "standard_error": number(result.standard_error),
        "baseline_value": None if result.baseline_value is None else number(result.baseline_value),
        "changes": _changes(result.changes),
        "verdict": result.verdict.value,
        "reason": result.reason,
    }


def _interval(interval: Interval | None) -> list[float | str | None] | None:
    return None if interval is None else [number(interval.low), number(interval.high)]


def _changes(changes: Mapping[str, tuple[Change, Verdict]]) -> Json:
    return {
        kind: {
            "increase": change.increase,
            "standard_error": change.standard_error,
            "p_value": change.p_value,
            "verdict": verdict.value,
        }
        for kind, (change, verdict) in changes.items()
    }
