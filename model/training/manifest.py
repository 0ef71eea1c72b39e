"""Describes an artifact in its model.json, so that the bytes of a model tell where they came from."""

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TypedDict

import bootstrap
import numpy as np
from inference import LABELS, Label, Prediction
from metrics import Metrics, measure
from slices import SliceMetrics

from training.corpus import Corpus, LabelledFile
from training.reference import Reference

FILES = ("model.onnx", "tokenizer.json")
_PACKAGES = ("numpy", "onnx", "onnxruntime", "tokenizers", "torch")


class TrainingData(TypedDict):
    """A file that was trained on: how many rows were used, and how many dropped as evaluation uses them."""

    file: str
    sha256: str
    licence: str
    rows: int
    used: int
    dropped: int
    repeats: float
    last: float
    weight: float


class Pretrained(TypedDict):
    """The encoder that training started from; `sha256` is that of the package."""

    package: str
    version: str
    licence: str
    sha256: str


class Calibration(TypedDict):
    """The temperature and offsets of the logits, and the calibration error left on all dev sets together."""

    temperature: float
    offsets: Mapping[Label, float]
    dev_error: float


class Intervals(TypedDict):
    """95 % bootstrap intervals: low, high."""

    accuracy: tuple[float, float]
    macro_f1: tuple[float, float]


class SetMetrics(Metrics):
    """The artifact's metrics on one evaluation file, and the macro-F1 before quantization."""

    sha256: str
    intervals: Intervals
    float_macro_f1: float


class Manifest(TypedDict):
    """The content of model.json (model/model.schema.json); `metrics` are by set, like "test/sst3"."""

    schemaVersion: int
    labels: Sequence[Label]
    maxTokens: int
    seed: int
    files: Mapping[str, str]
    pretrained: Pretrained
    hyperparameters: Mapping[str, float]
    calibration: Calibration
    data: Sequence[TrainingData]
    packages: Mapping[str, str]
    metrics: Mapping[str, SetMetrics]
    slices: Mapping[str, SliceMetrics]
    reference: Reference


def data_of(corpus: Corpus) -> list[TrainingData]:
    """What was trained on, file by file."""
    return [
        {
            "file": file.name,
            "sha256": file.sha256,
            "licence": file.use.licence,
            "rows": len(file.rows) + file.dropped,
            "used": len(file.rows),
            "dropped": file.dropped,
            "repeats": file.use.repeats,
            "last": file.use.last,
            "weight": file.use.weight,
        }
        for file in corpus.train
    ]


def set_metrics(
    file: LabelledFile, predictions: Sequence[Prediction], before: Sequence[Prediction]
) -> SetMetrics:
    """The metrics of the quantized model's answers; `before` are those of the model in 32-bit floats."""
    labels = [row.label for row in file.rows]
    metrics = measure(labels, predictions)
    counts = np.array([[metrics["confusion_matrix"][true][found] for found in LABELS] for true in LABELS])
    drawn = bootstrap.resample(counts)
    return {
        "sha256": file.sha256,
        **metrics,
        "intervals": {
            "accuracy": bootstrap.interval(bootstrap.accuracy(drawn)),
            "macro_f1": bootstrap.interval(bootstrap.macro_f1(drawn)),
        },
        "float_macro_f1": measure(labels, before)["macro_f1"],
    }


def packages() -> dict[str, str]:
    """Versions of what trained the model."""
    return {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of the artifact's files, in hex."""
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}


def write(manifest: Manifest, folder: Path) -> None:
    """Writes model.json."""
    (folder / "model.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
