"""Weeks of traffic: traffic.json, which the start function makes from logs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from analysis.problem import AnalysisError
from jsonschema import Draft202012Validator

from drift.features import Feature
from drift.histogram import Histogram, histogram, pooled

_OVERLAP = timedelta(days=1)
"""A schedule's function does not start at the same second every week."""

_SCHEMA = Path(__file__).with_name("traffic.schema.json")


@dataclass(frozen=True)
class Traffic:
    """A week's histograms by model version and feature; moments are ISO 8601."""

    start: str
    end: str
    vocabulary: str
    requests: int
    models: Mapping[str, Mapping[str, Histogram]]
    notes: tuple[str, ...] = ()

    def histogram(self, feature: Feature, model: str | None) -> Histogram | None:
        """Of all requests, or of those that `model` answered where the feature is one of the answer."""
        answered = [found] if model is not None and (found := self.models.get(model)) else []
        chosen = answered if feature.of_answer else self.models.values()
        return pooled(one[feature.name] for one in chosen if feature.name in one)


def read_traffic(file: Path) -> Traffic:
    """Raises AnalysisError that says what is wrong with the file."""
    try:
        document = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise AnalysisError(f"{file} cannot be read as JSON; give the traffic.json of a week") from error
    schema = Draft202012Validator(json.loads(_SCHEMA.read_bytes()))
    for problem in schema.iter_errors(document):
        raise AnalysisError(f"{file}: {problem.json_path} is not as traffic.schema.json says")
    try:
        models = {
            entry["model"]: {name: histogram(one) for name, one in entry["histograms"].items()}
            for entry in document["models"]
        }
    except ValueError as error:
        raise AnalysisError(f"{file}: {error}") from error
    requests = sum(entry["requests"] for entry in document["models"])
    notes = tuple(document["notes"])
    return Traffic(document["from"], document["to"], document["vocabulary"], requests, models, notes)


def read_earlier(folders: Sequence[Path]) -> tuple[list[Traffic], list[str]]:
    """The weeks of earlier reports, oldest first, and notes of those that cannot be used."""
    weeks: list[Traffic] = []
    notes: list[str] = []
    for file in (folder / "traffic.json" for folder in folders):
        try:
            if file.exists():
                weeks.append(read_traffic(file))
        except AnalysisError as error:
            notes.append(f"An earlier week is left out: {error}")
    return sorted(weeks, key=lambda week: week.end), notes


def weeks_before(traffic: Traffic, earlier: Sequence[Traffic]) -> list[Traffic]:
    """The earlier weeks, oldest first; one that overlaps a later one, of a report in between, is left out."""
    kept = [traffic]
    for week in sorted(earlier, key=lambda week: week.end, reverse=True):
        if _moment(week.end) <= _moment(kept[-1].start) + _OVERLAP:
            kept.append(week)
    return kept[:0:-1]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
