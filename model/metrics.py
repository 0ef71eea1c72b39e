"""Classification metrics of one model on labelled texts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import TypedDict

import numpy as np
from inference import LABELS, Label, Prediction

_BINS = 15


class ClassMetrics(TypedDict):
    """How well one class is found; a ratio without a denominator is 0."""

    precision: float
    recall: float
    f1: float
    support: int


class Metrics(TypedDict):
    """Figures of all rows, counted in `confusion_matrix[true][predicted]`; macro: the mean of the classes."""

    rows: int
    accuracy: float
    macro_f1: float
    macro_recall: float
    calibration_error: float
    per_class: dict[Label, ClassMetrics]
    confusion_matrix: dict[Label, dict[Label, int]]


def measure(expected: Sequence[Label], predictions: Sequence[Prediction]) -> Metrics:
    """Metrics of predictions against the true labels, which must be as many and at least one.

    Precision, recall and F1 as in van Rijsbergen, Information Retrieval (1979), chapter 7.
    """
    matrix = confusion_matrix(expected, [prediction["label"] for prediction in predictions])
    per_class = {label: _class_metrics(matrix, label) for label in LABELS}
    return {
        "rows": len(expected),
        "accuracy": sum(matrix[label][label] for label in LABELS) / len(expected),
        "macro_f1": fmean(metrics["f1"] for metrics in per_class.values()),
        "macro_recall": fmean(metrics["recall"] for metrics in per_class.values()),
        "calibration_error": calibration_error(expected, predictions),
        "per_class": per_class,
        "confusion_matrix": matrix,
    }


def confusion_matrix(expected: Iterable[Label], predicted: Iterable[Label]) -> dict[Label, dict[Label, int]]:
    """Counts by true label, then by predicted label."""
    pairs = Counter(zip(expected, predicted, strict=True))
    return {true: {found: pairs[true, found] for found in LABELS} for true in LABELS}


def calibration_error(expected: Sequence[Label], predictions: Sequence[Prediction]) -> float:
    """Expected calibration error of the predicted label's score, a fraction: 15 bins of equal width.

    Guo et al. (2017), "On Calibration of Modern Neural Networks", equation 3.
    """
    scores = np.array([prediction["scores"][prediction["label"]] for prediction in predictions])
    right = np.array([item["label"] == label for item, label in zip(predictions, expected, strict=True)])
    bins = np.minimum((scores * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, weights=right - scores, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(scores))


def _class_metrics(matrix: dict[Label, dict[Label, int]], label: Label) -> ClassMetrics:
    hits = matrix[label][label]
    support = sum(matrix[label].values())
    predicted = sum(row[label] for row in matrix.values())
    return {
        "precision": _ratio(hits, predicted),
        "recall": _ratio(hits, support),
        "f1": _ratio(2 * hits, support + predicted),
        "support": support,
    }


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
