"""The groups of rows that are compared with the rest: values of a facet, intervals, intersections."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from bias.counts import Booleans

from analysis.coding import Coded
from analysis.config import Configuration, FacetConfiguration
from analysis.dataset import Dataset
from analysis.problem import AnalysisError, quoted
from analysis.settings import Settings


@dataclass(frozen=True)
class FacetValue:
    """One group of rows."""

    facet: str
    """Name of the column, or of two columns joined by ` & `."""
    value: str
    """As Clarify writes it: categories joined by commas, or an interval."""
    inside: Booleans
    """The rows of the group."""
    known: Booleans
    """Rows of which it is known whether they are in the group; the others are left out."""


def facet_values(
    config: Configuration, data: Dataset, facet_names: tuple[str, ...], settings: Settings
) -> Iterator[FacetValue]:
    """Every group, in the configuration's order and then that of the intersections; raises AnalysisError
    where an intersection names a column that is no facet.
    """
    for name, facet in zip(facet_names, config.facets, strict=True):
        yield from _of_facet(name, facet, data.facets[name])
    for first, second in settings.intersections:
        yield from _of_intersection(first, second, data)


def _of_facet(name: str, facet: FacetConfiguration, column: Coded) -> Iterator[FacetValue]:
    if facet.categories:
        codes = [place for place, value in enumerate(column.values) if value in facet.categories]
        value = ",".join(facet.categories)
        yield FacetValue(name, value, np.isin(column.codes, codes), column.known)
        return
    for place in _order(column, facet):
        yield FacetValue(name, column.values[place], column.codes == place, column.known)


def _order(column: Coded, facet: FacetConfiguration) -> list[int]:
    """Intervals above the first threshold from low to high; categories by name."""
    if facet.thresholds:
        return list(range(1, len(column.values)))
    return sorted(range(len(column.values)), key=lambda place: column.values[place])


def _of_intersection(first: str, second: str, data: Dataset) -> Iterator[FacetValue]:
    """Every combination of values that occurs."""
    for name in (first, second):
        if name not in data.facets:
            raise AnalysisError(
                f"the intersection {first} & {second} needs {quoted(name)} in the configuration's facet"
            )
    left, right = data.facets[first], data.facets[second]
    known = left.known & right.known
    combined = left.codes.astype(np.int64) * len(right.values) + right.codes
    names = {
        int(code): " & ".join(
            (left.values[code // len(right.values)], right.values[code % len(right.values)])
        )
        for code in np.unique(combined[known])
    }
    for code, value in sorted(names.items(), key=lambda item: item[1]):
        yield FacetValue(f"{first} & {second}", value, (combined == code) & known, known)
