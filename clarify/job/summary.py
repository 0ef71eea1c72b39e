"""summary.json: the report in short, for the API, metrics and messages; summary.schema.json describes it."""

import json
from math import isfinite
from pathlib import Path
from typing import Any

from analysis.results import Analysis, FacetResult, MetricResult
from bias.comparison import Verdict
from explanations.results import Explanations, WordWeight
from jsonschema import Draft202012Validator

Json = dict[str, Any]

_SCHEMA = Path(__file__).with_name("summary.schema.json")
_MOST = 20


def write_summary(path: Path, analysis: Analysis) -> None:
    """Writes the file; a document that is not as the schema says is an error of this program."""
    document = summary(analysis)
    Draft202012Validator(json.loads(_SCHEMA.read_text("utf-8"))).validate(document)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n", "utf-8")


def summary(analysis: Analysis) -> Json:
    """The document."""
    tally = analysis.tally
    return {
        "version": "1",
        "created": analysis.created,
        "model": analysis.model,
        "baseline": analysis.baseline,
        "verdict": analysis.verdict.value,
        "tally": {
            "ok": tally[Verdict.OK],
            "worse": tally[Verdict.WORSE],
            "insufficientData": tally[Verdict.INSUFFICIENT_DATA],
        },
        "worse": _worse(analysis),
        "importance": None if analysis.explanations is None else _importance(analysis.explanations),
        "drift": None if analysis.drift is None else analysis.drift.summary(),
    }


def _worse(analysis: Analysis) -> list[Json]:
    """The largest increases of unfairness first."""
    found = [
        (facet, result)
        for facet in analysis.facets
        for result in facet.metrics
        if result.verdict is Verdict.WORSE
    ]
    found.sort(key=lambda pair: -max(change.increase for change, _ in pair[1].changes.values()))
    return [_metric(facet, result) for facet, result in found[:_MOST]]


def _metric(facet: FacetResult, result: MetricResult) -> Json:
    worse = [kind for kind, (_, verdict) in result.changes.items() if verdict is Verdict.WORSE]
    return {
        "facet": facet.facet,
        "group": facet.value,
        "metric": result.metric.name,
        "title": result.metric.title,
        "value": _finite(result.value),
        "baselineValue": _finite(result.baseline_value),
        "comparedWith": worse,
    }


def _importance(explanations: Explanations) -> Json:
    return {
        "method": explanations.method,
        "texts": explanations.texts,
        "words": {
            label: [_word(word) for word in words[:_MOST]] for label, words in explanations.words.items()
        },
        "groupTerms": [{"facet": terms.facet, "share": terms.share} for terms in explanations.group_terms],
    }


def _word(word: WordWeight) -> Json:
    return {"word": word.word, "weight": word.weight, "texts": word.texts}


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None
