"""Describes an artifact in its model.json, so that the bytes of a model tell where they came from."""

import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TypedDict

from inference import LABELS, Label
from metrics import Metrics

from training.corpus import LabelledFile

_PACKAGES = ("numpy", "onnx", "onnxruntime", "scikit-learn", "scipy", "tokenizers")


class TrainingData(TypedDict):
    """A file that was trained on: how many rows were used, and how many dropped as evaluation uses them."""

    file: str
    sha256: str
    rows: int
    used: int
    dropped: int


class SetMetrics(Metrics):
    """The artifact's metrics on one evaluation file."""

    sha256: str


class Manifest(TypedDict):
    """The content of model.json (model/model.schema.json); `metrics` are by set, like "test/sst3"."""

    schemaVersion: int
    labels: Sequence[Label]
    maxTokens: int
    seed: int
    hyperparameters: Mapping[str, float]
    data: Sequence[TrainingData]
    packages: Mapping[str, str]
    metrics: Mapping[str, SetMetrics]


def describe(
    files: Sequence[LabelledFile], max_tokens: int, seed: int, hyperparameters: Mapping[str, float]
) -> Manifest:
    """The manifest of a model trained on these files, still without metrics."""
    return {
        "schemaVersion": 1,
        "labels": LABELS,
        "maxTokens": max_tokens,
        "seed": seed,
        "hyperparameters": hyperparameters,
        "data": [_data(file) for file in files],
        "packages": {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}},
        "metrics": {},
    }


def write(manifest: Manifest, path: Path) -> None:
    """Writes model.json."""
    path.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _data(file: LabelledFile) -> TrainingData:
    return {
        "file": f"{file.path.parent.name}/{file.path.name}",
        "sha256": file.sha256,
        "rows": len(file.rows) + file.dropped,
        "used": len(file.rows),
        "dropped": file.dropped,
    }
