"""Makes the artifact of a trained classifier: quantized, calibrated, measured, and described."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from dataset import Row
from evaluate import predict
from inference import LABELS, Prediction, model_fn
from metrics import calibration_error
from slices import measure_slices
from tokenizers import Tokenizer

from training.calibration import Calibration, fit_calibration
from training.config import EncoderConfig
from training.corpus import Corpus, LabelledFile
from training.graph import Weights, build_graph
from training.manifest import Manifest, Pretrained, SetMetrics, data_of, hashes, set_metrics, write
from training.reference import reference_of, sample
from training.tokenizer import MAX_TOKENS

_SCHEMA_VERSION = 2

Predicted = Sequence[Prediction]


@dataclass(frozen=True)
class Trained:
    """What training leaves: the state of a Classifier, its tokenizer, and what they were made from."""

    weights: Weights
    config: EncoderConfig
    tokenizer: Tokenizer
    pretrained: Pretrained
    hyperparameters: Mapping[str, float]
    packages: Mapping[str, str]
    seed: int


def make_artifact(
    trained: Trained, corpus: Corpus, out: Path, work: Path, report: Callable[[str], None]
) -> None:
    """Writes the artifact to `out`, once measured; `work` gets it before, and what it is compared with."""
    raw = _Variant(trained.weights, trained, work / "uncalibrated")
    calibration = fit_calibration(
        [(raw.predict(file.rows), [row.label for row in file.rows]) for file in corpus.dev]
    )
    weights = _calibrated(trained.weights, calibration)
    final = _Variant(weights, trained, work / "final")
    before = _Variant(weights, trained, work / "float", quantized=False)
    dev, test = ([(file, final.predict(file.rows)) for file in files] for files in (corpus.dev, corpus.test))
    rows, predictions = _joined(dev)
    error = calibration_error([row.label for row in rows], predictions)
    report(f"{calibration}: calibration error {error:.3f} on all dev sets together")
    typical = sample(corpus.train, trained.seed)
    manifest: Manifest = {
        "schemaVersion": _SCHEMA_VERSION,
        "labels": LABELS,
        "maxTokens": MAX_TOKENS,
        "seed": trained.seed,
        "files": hashes(final.folder),
        "pretrained": trained.pretrained,
        "hyperparameters": trained.hyperparameters,
        "calibration": {
            "temperature": calibration.temperature,
            "offsets": dict(zip(LABELS, calibration.offsets, strict=True)),
            "dev_error": error,
        },
        "data": data_of(corpus),
        "packages": trained.packages,
        "metrics": {file.name: _measure(file, found, before, report) for file, found in [*dev, *test]},
        "slices": measure_slices(*_joined(test or dev)),
        "reference": reference_of(typical, final.predict(typical)),
    }
    write(manifest, final.folder)
    shutil.copytree(final.folder, out, dirs_exist_ok=True)


class _Variant:
    """The artifact in one form, loaded as it will be served."""

    def __init__(self, weights: Weights, trained: Trained, folder: Path, quantized: bool = True) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        graph = build_graph(weights, trained.config, quantized)
        (folder / "model.onnx").write_bytes(graph.SerializeToString(deterministic=True))
        trained.tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
        # enough of a manifest to be loaded with
        manifest = {"labels": LABELS, "maxTokens": MAX_TOKENS, "files": hashes(folder)}
        (folder / "model.json").write_text(json.dumps(manifest))
        self._model = model_fn(str(folder))

    def predict(self, rows: Sequence[Row]) -> list[Prediction]:
        return list(predict(self._model, rows))


def _calibrated(weights: Weights, calibration: Calibration) -> Weights:
    """The weights of a model whose logits are calibrated."""
    weight = weights["head.weight"] / calibration.temperature
    bias = weights["head.bias"] / calibration.temperature + np.array(calibration.offsets)
    return {**weights, "head.weight": weight.astype(np.float32), "head.bias": bias.astype(np.float32)}


def _measure(
    file: LabelledFile, predictions: Predicted, before: _Variant, report: Callable[[str], None]
) -> SetMetrics:
    metrics = set_metrics(file, predictions, before.predict(file.rows))
    report(
        f"{file.name}: macro-F1 {metrics['macro_f1']:.1%} ({metrics['float_macro_f1']:.1%} in floats),"
        f" accuracy {metrics['accuracy']:.1%}, macro recall {metrics['macro_recall']:.1%}"
    )
    return metrics


def _joined(answered: Sequence[tuple[LabelledFile, Predicted]]) -> tuple[list[Row], Predicted]:
    """The rows of all files, and what was predicted for them."""
    rows = [row for file, _ in answered for row in file.rows]
    return rows, [prediction for _, predictions in answered for prediction in predictions]
