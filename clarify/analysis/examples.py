"""The most telling sentences: families of the probe data that a model calls differently."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from analysis.config import Configuration
from analysis.dataset import Dataset
from analysis.names import Names
from analysis.problem import AnalysisError
from analysis.results import Example
from analysis.rows import columns_of
from analysis.texts import TEXT, texts_of

_MOST = 8


def examples(path: Path, config: Configuration, names: Names, data: Dataset) -> tuple[Example, ...]:
    """The families with the most rows against their majority, at most 8.

    Only for probe data: texts of users must never be shown. Raises AnalysisError where the data set has no
    texts, families or predictions.
    """
    if data.template is None or data.prediction is None or TEXT not in columns_of(path, config.dataset_type):
        raise AnalysisError(
            f"examples need predictions and the columns template and text, but {path} lacks one"
        )
    chosen = dict(_chosen(data))
    texts = texts_of(path, config, {row for members in chosen.values() for row in members})
    families, labels = np.bincount(data.template.codes[data.template.known]), data.prediction
    return tuple(
        Example(
            data.template.values[family],
            int(families[family]),
            tuple((texts[row], labels.values[labels.codes[row]]) for row in members),
        )
        for family, members in chosen.items()
    )


def _chosen(data: Dataset) -> Iterator[tuple[int, list[int]]]:
    """Families, those with the most disagreement first, and a row for each label that is predicted."""
    assert data.template is not None and data.prediction is not None
    where = np.flatnonzero(data.template.known & data.prediction.known)
    families, labels = data.template.codes[where], data.prediction.codes[where]
    numbers = np.zeros((len(data.template.values), len(data.prediction.values)), dtype=np.int64)
    np.add.at(numbers, (families, labels), 1)
    against = numbers.sum(axis=1) - numbers.max(axis=1)
    for family in np.argsort(-against, kind="stable")[:_MOST]:
        if against[family] > 0:
            said = np.flatnonzero(numbers[family])
            yield int(family), [int(where[(families == family) & (labels == one)][0]) for one in said]
