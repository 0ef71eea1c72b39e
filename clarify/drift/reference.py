"""What the training texts of a model version look like: the section `reference` of its model.json."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.problem import AnalysisError

from drift.histogram import Histogram, histogram


@dataclass(frozen=True)
class Reference:
    """Histograms of a sample of the training texts, and of the model's answers to them, by feature."""

    vocabulary: str
    histograms: Mapping[str, Histogram]


def read_reference(model_json: Path | None) -> Reference | None:
    """None for a version without one, as Autopilot's are. Raises AnalysisError where it cannot be read."""
    if model_json is None or not model_json.exists():
        return None
    try:
        section = json.loads(model_json.read_bytes()).get("reference")
        if section is None:
            return None
        found = {name: histogram(one) for name, one in section["histograms"].items()}
        return Reference(section["vocabulary"], found)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise AnalysisError(
            f"{model_json}: its section `reference` cannot be read; write it with model/reference.py"
        ) from error
