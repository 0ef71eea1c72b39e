"""Small data sets and the configuration that goes with them."""

import csv
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

Json = dict[str, Any]
Write = Callable[..., Path]


@pytest.fixture
def document() -> Json:
    """A configuration that analyses everything by gender and age."""
    return {
        "dataset_type": "text/csv",
        "label": "label",
        "predicted_label": "predicted_label",
        "label_values_or_threshold": ["positive"],
        "facet": [{"name_or_index": "gender"}, {"name_or_index": "age", "value_or_threshold": [40]}],
        "methods": {"pre_training_bias": {"methods": "all"}, "post_training_bias": {"methods": "all"}},
    }


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes rows (dictionaries) as CSV or, where the name ends so, as JSON Lines."""

    def write_rows(rows: Sequence[Json], name: str = "data.csv") -> Path:
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            if name.endswith(".jsonl"):
                file.writelines(json.dumps(row) + "\n" for row in rows)
            else:
                writer = csv.DictWriter(file, rows[0].keys())
                writer.writeheader()
                writer.writerows(rows)
        return path

    return write_rows


@pytest.fixture
def people() -> Callable[..., list[Json]]:
    """Rows about women and men: the model is mostly right, and calls the share `harm` of the women's
    positive texts negative; the baseline does not.
    """

    def rows(number: int = 600, harm: float = 0.0, seed: int = 0) -> list[Json]:
        chance = random.Random(seed)
        made = []
        for index in range(number):
            gender = chance.choice(["female", "male"])
            label = chance.choice(["positive", "neutral", "negative"])
            before = label if chance.random() < 0.8 else chance.choice(["positive", "neutral", "negative"])
            is_harmed = gender == "female" and label == "positive" and chance.random() < harm
            made.append(
                {
                    "id": f"text-{index}",
                    "text": "any",
                    "label": label,
                    "predicted_label": "negative" if is_harmed else before,
                    "baseline_predicted_label": before,
                    "gender": gender,
                    "age": chance.randint(18, 80),
                    "topic": chance.choice(["food", "service", "price"]),
                    "template": f"family {index // 4}",
                }
            )
        return made

    return rows
