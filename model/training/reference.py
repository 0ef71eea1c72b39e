"""What training texts look like and how they are answered, which production's traffic is compared with."""

import json
import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

from dataset import Row
from inference import LABELS, Prediction

from training.corpus import LabelledFile
from training.words import read_vocabulary, unknown_words

_DRIFT = Path(__file__).parents[2] / "src" / "drift"
SAMPLE = 20_000
"""Texts. A week of traffic has seldom more; fewer would add their own chance to every comparison."""


class Histogram(TypedDict):
    """How many texts fall into each bin: labels, or ranges of numbers by their lower ends."""

    bins: Sequence[str] | Sequence[float]
    counts: Sequence[int]


class Reference(TypedDict):
    """The section `reference` of model.json: histograms of a sample of the training texts."""

    texts: int
    vocabulary: str
    histograms: Mapping[str, Histogram]


def sample(files: Sequence[LabelledFile], seed: int) -> list[Row]:
    """About SAMPLE texts, from every file in proportion to what an epoch takes of it."""
    draw = random.Random(seed)
    epoch = sum(len(file.rows) * file.use.repeats for file in files)
    wanted = [round(SAMPLE * len(file.rows) * file.use.repeats / epoch) for file in files]
    return [
        row
        for file, number in zip(files, wanted, strict=True)
        for row in draw.sample(list(file.rows), min(number, len(file.rows)))
    ]


def reference_of(rows: Sequence[Row], predictions: Sequence[Prediction]) -> Reference:
    """The histograms of texts and of the model's answers to them."""
    vocabulary = read_vocabulary(_DRIFT / "vocabulary.json")
    bins: Mapping[str, Sequence[float]] = json.loads((_DRIFT / "bins.json").read_bytes())
    unknown = [unknown_words(row.text, vocabulary) for row in rows]
    values: dict[str, list[float]] = {
        "textBytes": [len(row.text.encode("utf-8", "replace")) for row in rows],
        "confidence": [_confidence(prediction) for prediction in predictions],
        "unknownWords": [share for share in unknown if share is not None],
    }
    labels = Counter(prediction["label"] for prediction in predictions)
    return {
        "texts": len(rows),
        "vocabulary": vocabulary.id,
        "histograms": {
            "sentiment": {"bins": LABELS, "counts": [labels[label] for label in LABELS]},
            **{name: _histogram(values[name], lower) for name, lower in bins.items()},
        },
    }


def _confidence(prediction: Prediction) -> float:
    """The winning score, cut after two digits as requests' are."""
    return int(max(prediction["scores"][label] for label in LABELS) * 100) / 100


def _histogram(values: Sequence[float], lower: Sequence[float]) -> Histogram:
    found = Counter(bisect_right(lower, value) - 1 for value in values)
    return {"bins": lower, "counts": [found[index] for index in range(len(lower))]}
