"""dataset.csv: labels, predictions and facets of every row, so that anyone can recompute every figure."""

import csv
from pathlib import Path

from analysis.config import Configuration
from analysis.names import Names
from analysis.rows import rows


def write_dataset(path: Path, source: Path, config: Configuration, names: Names) -> None:
    """Copies the columns that the analysis read, and no text."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names.all)
        writer.writerows(rows(source, config.dataset_type, names.all))
