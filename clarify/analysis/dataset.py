"""A data set with predictions, read in one pass; a million rows are a few small numbers each."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from bias.counts import Booleans

from analysis.coding import Categories, Coded, Intervals
from analysis.config import Configuration, FacetConfiguration
from analysis.identifiers import Identifiers
from analysis.names import Names, names_in
from analysis.problem import AnalysisError
from analysis.rows import rows

_MOST_CATEGORIES = 100
_MOST_FAMILIES = 100_000
_EVERY = 50_000
"""Rows between two reports of progress."""


@dataclass(frozen=True)
class Dataset:
    """What the metrics need to know of each row."""

    label: Coded
    facets: Mapping[str, Coded]
    """By column."""
    prediction: Coded | None = None
    baseline: Coded | None = None
    stratum: Coded | None = None
    template: Coded | None = None
    digest: str = ""
    """SHA-256 of the file."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Of the columns by what they are: label, prediction, baseline, stratum."""

    @property
    def rows(self) -> int:
        """All rows, those that are left out among them."""
        return self.label.codes.size

    @property
    def complete(self) -> Booleans:
        """Rows with a label, both predictions and a stratum, as far as the data set has them."""
        complete: Booleans = np.logical_and.reduce([column.known for column in self._required.values()])
        return complete

    @property
    def left_out(self) -> dict[str, int]:
        """Rows with an empty cell, by column: of the facets' columns from that facet only, of others from
        everything.
        """
        columns = {self.names.get(name, name): column for name, column in self._required.items()}
        counts = {name: int((~column.known).sum()) for name, column in (columns | dict(self.facets)).items()}
        return {name: count for name, count in counts.items() if count > 0}

    @property
    def _required(self) -> dict[str, Coded]:
        columns = {
            "label": self.label,
            "prediction": self.prediction,
            "baseline": self.baseline,
            "stratum": self.stratum,
        }
        return {name: column for name, column in columns.items() if column is not None}


def read_dataset(
    path: Path, config: Configuration, progress: Callable[[str], None] = lambda step: None
) -> Dataset:
    """Reads CSV or JSON Lines; raises AnalysisError with the row and the column of what is wrong."""
    names = names_in(path, config)
    coders = _coders(names, config)
    places = [(names.all.index(name), coder) for name, coder in coders.items()]
    identifiers = Identifiers()
    try:
        for cells in rows(path, config.dataset_type, names.all):
            identifiers.add(cells[0])
            for place, coder in places:
                coder.add(cells[place])
            if identifiers.number % _EVERY == 0:
                progress(f"{identifiers.number:,} rows read")
        identifiers.refuse_repeated()
    except AnalysisError as error:
        raise AnalysisError(str(error) if str(path) in str(error) else f"{path}, {error}") from error
    coded = {name: coder.column() for name, coder in coders.items()}
    return _dataset(names, coded, _digest(path))


def _coders(names: Names, config: Configuration) -> dict[str, Categories | Intervals]:
    coders: dict[str, Categories | Intervals] = {}
    for name in (names.label, names.prediction, names.baseline):
        if name is not None:
            coders[name] = Categories(name, len(config.labels), config.labels)
    if names.template is not None:
        coders[names.template] = Categories(names.template, _MOST_FAMILIES)
    for name, facet in zip(names.facets, config.facets, strict=True):
        coders.setdefault(name, _coder(name, facet))
    if names.stratum is not None:
        coders.setdefault(names.stratum, Categories(names.stratum, _MOST_CATEGORIES))
    return coders


def _coder(name: str, facet: FacetConfiguration) -> Categories | Intervals:
    return Intervals(name, facet.thresholds) if facet.thresholds else Categories(name, _MOST_CATEGORIES)


def _dataset(names: Names, coded: Mapping[str, Coded], digest: str) -> Dataset:
    def find(name: str | None) -> Coded | None:
        return None if name is None else coded[name]

    named = {"label": names.label, "prediction": names.prediction, "baseline": names.baseline}
    return Dataset(
        label=coded[names.label],
        facets={name: coded[name] for name in names.facets},
        prediction=find(names.prediction),
        baseline=find(names.baseline),
        stratum=find(names.stratum),
        template=find(names.template),
        digest=digest,
        names={key: name for key, name in (named | {"stratum": names.stratum}).items() if name is not None},
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
