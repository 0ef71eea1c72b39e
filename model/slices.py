"""Kinds of texts that sentiment models are known to find hard, recognized by their words."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypedDict

from dataset import Row
from inference import LABELS, Prediction
from metrics import measure

_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|cannot|without|hardly)\b|n['\u2019]t\b", re.I
)
_CONTRAST = re.compile(r"\b(?:but|however|although|though|yet|despite|nevertheless)\b", re.I)
_SUGGESTION = re.compile(
    r"\b(?:should|could (?:you|they|we|use)|would be (?:nice|great|good|better)|i wish|i suggest|suggestion"
    r"|please (?:add|make|let|allow|consider)|how about|what about|why not|needs? to be|consider)\b",
    re.I,
)
_EMOTICON = re.compile(r"(?<!\w)[:;=]['-]?[()DPp/|]|<3")


def _has_emoji(text: str) -> bool:
    return bool(_EMOTICON.search(text)) or any(unicodedata.category(character) == "So" for character in text)


def _words(low: int, high: int) -> Callable[[str], bool]:
    return lambda text: low <= len(text.split()) <= high


SLICES: Mapping[str, Callable[[str], bool]] = {
    "length: 1-8 words": _words(0, 8),
    "length: 9-16 words": _words(9, 16),
    "length: 17-32 words": _words(17, 32),
    "length: 33 words or more": _words(33, 10**6),
    "negation": lambda text: bool(_NEGATION.search(text)),
    "contrast": lambda text: bool(_CONTRAST.search(text)),
    "question": lambda text: "?" in text,
    "suggestion": lambda text: bool(_SUGGESTION.search(text)),
    "emoji": _has_emoji,
}


class SliceMetrics(TypedDict):
    """Figures of the texts of one kind; `negative` is the share with that label, then of that answer."""

    rows: int
    accuracy: float
    macro_f1: float
    negative: float
    predicted_negative: float


def measure_slices(rows: Sequence[Row], predictions: Sequence[Prediction]) -> dict[str, SliceMetrics]:
    """The metrics of each slice that has rows."""
    return dict(_measured(rows, predictions))


def _measured(rows: Sequence[Row], predictions: Sequence[Prediction]) -> Iterator[tuple[str, SliceMetrics]]:
    for name, belongs in SLICES.items():
        chosen = [index for index, row in enumerate(rows) if belongs(row.text)]
        if chosen:
            yield name, _slice([rows[index] for index in chosen], [predictions[index] for index in chosen])


def _slice(rows: Sequence[Row], predictions: Sequence[Prediction]) -> SliceMetrics:
    metrics = measure([row.label for row in rows], predictions)
    predicted = sum(matrix["negative"] for matrix in metrics["confusion_matrix"].values())
    return {
        "rows": len(rows),
        "accuracy": metrics["accuracy"],
        "macro_f1": metrics["macro_f1"],
        "negative": metrics["per_class"][LABELS[2]]["support"] / len(rows),
        "predicted_negative": predicted / len(rows),
    }
