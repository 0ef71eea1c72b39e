"""dataset.csv: labels, predictions and facets of every row, so that anyone can recompute every figure."""

import csv
from collections.abc import Sequence
from pathlib import Path

from analysis.rows import rows


def write_dataset(path: Path, source: Path, dataset_type: str, columns: Sequence[str]) -> None:
    """Copies columns of a data set; a column of texts only where texts may be shown."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows(source, dataset_type, columns))
