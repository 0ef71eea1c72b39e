"""analysis.json: valid, readable by those who know Clarify's, and read again as history."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from analysis.config import Configuration, configuration
from analysis.dataset import read_dataset
from analysis.engine import analyse
from analysis.history import SCHEMA, read_history
from analysis.names import names_in
from analysis.output import number, to_json
from analysis.problem import AnalysisError
from analysis.results import Analysis
from analysis.settings import Settings
from bias.comparison import Verdict
from drift.results import Drift, DriftVerdict
from explanations.results import ExplainedText, Explanations, GroupEffect, GroupTerms, WordWeight
from jsonschema import Draft202012Validator

Json = dict[str, Any]
Write = Callable[..., Path]
People = Callable[..., list[Json]]
_VALIDATOR = Draft202012Validator(json.loads(SCHEMA.read_text()))


@pytest.fixture
def config(document: Json) -> Configuration:
    return configuration(document)


@pytest.fixture
def analysis(config: Configuration, write: Write, people: People) -> Analysis:
    path, settings = write(people()), Settings(replicates=200)
    data = read_dataset(path, config)
    facets = analyse(config, data, names_in(path, config).facets, settings)
    return Analysis("2026-01-05T06:00:00Z", config, settings, data, facets, model="2", baseline="1")


def _clarify_metrics(document: Json) -> Iterator[Json]:
    for stage in ("pre_training_bias_metrics", "post_training_bias_metrics"):
        for groups in document[stage]["facets"].values():
            for group in groups:
                assert set(group) == {"value_or_threshold", "metrics"}
                yield from group["metrics"]


def test_is_valid_and_plain_json(analysis: Analysis) -> None:
    document = to_json(analysis)
    _VALIDATOR.validate(document)
    assert json.loads(json.dumps(document, allow_nan=False)) == json.loads(json.dumps(document))


def test_explanations_and_drift_have_their_place_and_no_texts(analysis: Analysis) -> None:
    text = ExplainedText("why", "positive", "positive", 0.9, 0.1, (("a whole text", 0.8),))
    effect = GroupEffect("female", 9, {"positive": -0.1})
    terms = GroupTerms("gender", 0.08, (effect,))
    found = Explanations("any", 300, 3, {"positive": (WordWeight("good", 0.5, 4),)}, (terms,), (text,))
    drift = Drift(DriftVerdict.OK, "2025-12-29T06:00:00Z", "2026-01-05T06:00:00Z", 900, 0, (), ("a note",))
    document = to_json(replace(analysis, explanations=found, drift=drift))
    _VALIDATOR.validate(document)
    assert document["serin"]["explanations"]["words"] == {
        "positive": [{"word": "good", "weight": 0.5, "texts": 4}]
    }
    assert document["serin"]["drift"]["notes"] == ["a note"]
    assert "a whole text" not in json.dumps(document)


def test_the_sections_of_clarify_hold_nothing_of_ours(analysis: Analysis) -> None:
    document = to_json(analysis)
    stage = document["post_training_bias_metrics"]
    assert set(stage) == {"label", "label_value_or_threshold", "facets"}
    assert (stage["label"], stage["label_value_or_threshold"]) == ("label", "positive")
    for metric in _clarify_metrics(document):
        assert set(metric) - {"error"} == {"name", "description", "value"}
        assert ("error" in metric) == (metric["value"] is None)
    assert {metric["name"] for metric in _clarify_metrics(document) if "error" in metric} == {"CDDL", "CDDPL"}


def test_a_stage_that_is_not_wanted_is_not_there(analysis: Analysis, document: Json) -> None:
    pre = document["methods"] | {"post_training_bias": {"methods": ["AD"]}}
    assert "pre_training_bias_metrics" in to_json(analysis)
    kept = replace(
        analysis,
        config=configuration(document | {"methods": pre}),
        facets=tuple(
            replace(facet, metrics=tuple(result for result in facet.metrics if result.metric.name == "AD"))
            for facet in analysis.facets
        ),
    )
    assert set(to_json(kept)) == {"version", "post_training_bias_metrics", "serin"}


def test_infinite_and_undefined_numbers_are_those_of_smclarify() -> None:
    numbers = [number(value) for value in (float("inf"), -float("inf"), float("nan"), 0.5)]
    assert numbers == ["Infinity", "-Infinity", None, 0.5]


def test_an_infinite_metric_is_valid(config: Configuration, write: Write, people: People) -> None:
    rows = [row | {"predicted_label": "negative"} if row["gender"] == "male" else row for row in people(200)]
    path = write(rows)
    data = read_dataset(path, config)
    facets = analyse(config, data, ("gender", "age"), Settings(replicates=100))
    document = to_json(Analysis("2026-01-05T06:00:00Z", config, Settings(), data, facets))
    _VALIDATOR.validate(document)
    assert '"DI", "description": "Disparate Impact (DI)", "value": "Infinity"' in json.dumps(document)


@pytest.mark.parametrize(
    "break_it",
    [
        lambda document: document["serin"].update(more=1),
        lambda document: document["serin"].update(verdict="fine"),
        lambda document: document["serin"].pop("tally"),
        lambda document: document["pre_training_bias_metrics"].pop("facets"),
        lambda document: document.pop("version"),
    ],
)
def test_the_schema_refuses_what_is_wrong(analysis: Analysis, break_it: Callable[[Json], None]) -> None:
    document = to_json(analysis)
    break_it(document)
    assert not _VALIDATOR.is_valid(document)


def _save(folder: Path, document: Json) -> Path:
    folder.mkdir(parents=True)
    (folder / "analysis.json").write_text(json.dumps(document))
    return folder


def test_is_read_again_as_history(analysis: Analysis, config: Configuration, tmp_path: Path) -> None:
    later = replace(analysis, created="2026-01-12T06:00:00Z")
    _save(tmp_path / "history/b", to_json(analysis))
    _save(tmp_path / "history/a", to_json(later))
    reports, notes = read_history([tmp_path / "history"], config, "2026-02-01T00:00:00Z")
    assert [report.created for report in reports] == [analysis.created, later.created]
    assert notes == []
    (facet, *_) = analysis.facets
    (recall,) = (result for result in facet.metrics if result.metric.name == "RD")
    key = (facet.facet, facet.value, "RD")
    assert reports[0].values[key] == pytest.approx(recall.value)
    assert reports[0].estimates[key].standard_error == pytest.approx(recall.standard_error)
    assert reports[0].verdicts[key] is Verdict.OK
    assert (facet.facet, facet.value, "CDDL") not in reports[0].estimates  # undefined


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda document: document.pop("serin"), "SageMaker Clarify made it"),
        (lambda document: document["serin"].update(positive=["neutral"]), "its positive outcome is neutral"),
        (lambda document: document["serin"].update(created="2027-01-01T00:00:00Z"), "not older"),
    ],
)
def test_reports_that_cannot_be_compared_are_noted(
    analysis: Analysis, config: Configuration, tmp_path: Path, change: Callable[[Json], object], why: str
) -> None:
    document = to_json(analysis)
    change(document)
    reports, (note,) = read_history([_save(tmp_path / "week", document)], config, "2026-02-01T00:00:00Z")
    assert reports == []
    assert why in note


def test_a_broken_history_is_refused(config: Configuration, tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match="is no folder"):
        read_history([tmp_path / "none"], config, "2026")
    with pytest.raises(AnalysisError, match=r"is no analysis.json: \$ 'version' is a required"):
        read_history([_save(tmp_path / "week", {})], config, "2026")
    (tmp_path / "week/analysis.json").write_text("{")
    with pytest.raises(AnalysisError, match="cannot be read as JSON"):
        read_history([tmp_path / "week"], config, "2026")
