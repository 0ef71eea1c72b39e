"""The texts of a data set, which are read only where they may be shown or a model is asked about them."""

from pathlib import Path

from analysis.config import Configuration
from analysis.rows import rows

TEXT = "text"
"""Column of the texts."""


def texts_of(path: Path, config: Configuration, wanted: set[int]) -> dict[int, str]:
    """The texts of some rows, by the rows' numbers from 0."""
    every = enumerate(rows(path, config.dataset_type, [TEXT]))
    return {number: text for number, (text,) in every if number in wanted}
