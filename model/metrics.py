"""Classification metrics of one model on one labelled data set."""

from collections import Counter
from collections.abc import Sequence
from statistics import fmean
from typing import TypedDict

from inference import LABELS, Label


class ClassMetrics(TypedDict):
    """How well one class is found; a ratio without a denominator is 0."""

    precision: float
    recall: float
    f1: float
    support: int


class Metrics(TypedDict):
    """Figures of all rows; `confusion_matrix[true][predicted]` counts them, macro-F1 is the classes' mean."""

    rows: int
    accuracy: float
    macro_f1: float
    per_class: dict[Label, ClassMetrics]
    confusion_matrix: dict[Label, dict[Label, int]]


def measure(expected: Sequence[Label], predicted: Sequence[Label]) -> Metrics:
    """Metrics of predictions against the true labels, which must be as many and at least one.

    Precision, recall and F1 as in van Rijsbergen, Information Retrieval (1979), chapter 7.
    """
    pairs = Counter(zip(expected, predicted, strict=True))
    per_class = {label: _class_metrics(pairs, label) for label in LABELS}
    return {
        "rows": len(expected),
        "accuracy": sum(pairs[label, label] for label in LABELS) / len(expected),
        "macro_f1": fmean(metrics["f1"] for metrics in per_class.values()),
        "per_class": per_class,
        "confusion_matrix": {true: {found: pairs[true, found] for found in LABELS} for true in LABELS},
    }


def _class_metrics(pairs: Counter[tuple[Label, Label]], label: Label) -> ClassMetrics:
    hits = pairs[label, label]
    support = sum(pairs[label, found] for found in LABELS)
    predictions = sum(pairs[true, label] for true in LABELS)
    return {
        "precision": _ratio(hits, predictions),
        "recall": _ratio(hits, support),
        "f1": _ratio(2 * hits, support + predictions),
        "support": support,
    }


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
