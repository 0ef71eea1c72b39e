"""SageMaker Clarify's analysis_config.json, checked against analysis_config.schema.json."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bias.registry import METRICS, Metric, Stage
from jsonschema import Draft202012Validator, ValidationError

from analysis.problem import AnalysisError, quoted

Column = str | int
"""A column's name, or its number from 0."""

LABELS = ("positive", "neutral", "negative")
"""The labels where the configuration names none in predictor.label_headers."""

_SCHEMA = Path(__file__).with_name("analysis_config.schema.json")
_METHODS = {Stage.PRE_TRAINING: "pre_training_bias", Stage.POST_TRAINING: "post_training_bias"}


@dataclass(frozen=True)
class FacetConfiguration:
    """One entry of `facet`: categories that are the facet together, or thresholds, or neither: each category
    on its own.
    """

    column: Column
    categories: tuple[str, ...] = ()
    thresholds: tuple[float, ...] = ()


@dataclass(frozen=True)
class Configuration:
    """What to analyse."""

    dataset_type: str
    label: Column
    positive: tuple[str, ...]
    """Labels that are a positive outcome."""
    facets: tuple[FacetConfiguration, ...]
    metrics: tuple[Metric, ...]
    labels: tuple[str, ...] = LABELS
    predicted_label: Column | None = None
    group_variable: Column | None = None
    identifier: Column = "id"
    headers: tuple[str, ...] = ()
    title: str = "Bias report"


def read_configuration(path: Path) -> Configuration:
    """Reads an analysis_config.json; raises AnalysisError that names each wrong place and what is right."""
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise AnalysisError(f"{path} cannot be read as JSON: {error}") from error
    return configuration(document, str(path))


def configuration(document: Mapping[str, Any], source: str = "the configuration") -> Configuration:
    """Checks and reads a parsed analysis_config.json; raises AnalysisError."""
    validator = Draft202012Validator(json.loads(_SCHEMA.read_text("utf-8")))
    problems = [line for error in validator.iter_errors(document) for line in _explanations(error)]
    if not problems:
        problems = list(_contradictions(document))
    if problems:
        raise AnalysisError("\n".join(f"{source}: {problem}" for problem in problems))
    return _read(document)


def _read(document: Mapping[str, Any]) -> Configuration:
    return Configuration(
        dataset_type=document["dataset_type"],
        label=document["label"],
        positive=tuple(document["label_values_or_threshold"]),
        facets=tuple(map(_facet, document["facet"])),
        metrics=tuple(_metrics(document["methods"])),
        labels=_labels(document),
        predicted_label=document.get("predicted_label"),
        group_variable=document.get("group_variable"),
        identifier=document.get("joinsource_name_or_index", "id"),
        headers=tuple(document.get("headers", ())),
        title=document["methods"].get("report", {}).get("title", Configuration.title),
    )


def _facet(entry: Mapping[str, Any]) -> FacetConfiguration:
    values: Sequence[str | float] = entry.get("value_or_threshold", ())
    return FacetConfiguration(
        entry["name_or_index"],
        categories=tuple(value for value in values if isinstance(value, str)),
        thresholds=tuple(sorted(float(value) for value in values if not isinstance(value, str))),
    )


def _metrics(methods: Mapping[str, Any]) -> Iterator[Metric]:
    for stage, key in _METHODS.items():
        wanted = methods.get(key, {}).get("methods", ())
        for metric in METRICS.values():
            if metric.stage is stage and (wanted == "all" or metric.name in wanted):
                yield metric


def _labels(document: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(document.get("predictor", {}).get("label_headers", LABELS))


def _contradictions(document: Mapping[str, Any]) -> Iterator[str]:
    """What a schema cannot say."""
    labels, positive = _labels(document), document["label_values_or_threshold"]
    if unknown := [label for label in positive if label not in labels]:
        yield (
            f"label_values_or_threshold names {quoted(unknown[0])}, which is none of the labels "
            f"{', '.join(labels)} (predictor.label_headers)"
        )
    elif len(positive) == len(labels):
        yield "label_values_or_threshold names every label, so that no outcome is left to be negative"
    if "post_training_bias" in document["methods"] and not {"predicted_label", "predictor"} & set(document):
        yield (
            "methods.post_training_bias needs predicted_label, the column of predicted labels, or predictor, "
            "the model that is asked for them"
        )
    columns = [facet.column for facet in map(_facet, document["facet"])]
    for number, facet in enumerate(map(_facet, document["facet"])):
        if facet.thresholds and columns.count(facet.column) > 1:
            yield f"facet[{number}] has thresholds, so that {quoted(facet.column)} can be a facet only once"


def _explanations(error: ValidationError) -> Iterator[str]:
    path = _path(error.absolute_path)
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        for key in sorted(set(error.instance) - set(known)):
            yield f"{f'{path}.' if path else ''}{key} is unknown; known here: {', '.join(known)}"
    elif error.validator == "required":
        yield error.message if not path else f"{path}: {error.message}"
    else:
        yield f"{path or 'the file'} is {quoted(error.instance)}, but must be {_right(error)}"


def _right(error: ValidationError) -> str:
    """The description of the place; jsonschema leaves behind the one beside a $ref that it follows."""
    node = json.loads(_SCHEMA.read_text("utf-8"))
    found = "a JSON object"
    for step in error.absolute_path:
        node = node.get("items", {}) if isinstance(step, int) else node.get("properties", {}).get(step, {})
        found = node.get("description", found)
    return found


def _path(steps: Sequence[str | int]) -> str:
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return path.removeprefix(".")
