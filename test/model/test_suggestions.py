"""Asking for something is no complaint: suggestions written by hand, which training never saw."""

import json
from pathlib import Path

from dataset import read_rows
from evaluate import predict
from inference import model_fn
from training.suggestions import suggestions, wishes

SAMPLES = Path(__file__).parents[1] / "samples" / "suggestions.jsonl"


def test_constructive_suggestions_are_not_negative_as_a_rule(artifact: Path) -> None:
    rows = read_rows(SAMPLES)
    answers = list(predict(model_fn(str(artifact)), rows))
    negative = [row.text for row, item in zip(rows, answers, strict=True) if item["label"] == "negative"]
    assert len(negative) <= 0.1 * len(rows), negative


def test_they_are_not_those_that_training_writes() -> None:
    trained = {row.text for write in (suggestions, wishes) for row in write(1500, seed=0)}
    assert not trained & {json.loads(line)["text"] for line in SAMPLES.read_text().splitlines()}
