"""Columns as small numbers: all of a row that is kept in memory."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite

import numpy as np
import numpy.typing as npt

from analysis.problem import AnalysisError, quoted

Codes = npt.NDArray[np.int32]

MISSING = -1
"""Code of an empty cell."""


@dataclass(frozen=True)
class Coded:
    """A column: each row's place in `values`, or MISSING."""

    values: tuple[str, ...]
    codes: Codes

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Where the cell is not empty."""
        return np.not_equal(self.codes, MISSING)


class Categories:
    """Numbers the values of a column, in the order in which they first occur."""

    def __init__(self, column: str, limit: int, known: Sequence[str] = ()) -> None:
        """`known`: the only values that may occur, if there are any."""
        self._column, self._limit, self._is_closed = column, limit, bool(known)
        self._numbers = {value: number for number, value in enumerate(known)}
        self._codes = array("i")

    def add(self, cell: str) -> None:
        """Adds the next row; raises AnalysisError with its number."""
        self._codes.append(MISSING if cell == "" else self._number(cell))

    def column(self) -> Coded:
        """All rows."""
        return Coded(tuple(self._numbers), np.array(self._codes, dtype=np.int32))

    def _number(self, cell: str) -> int:
        number = self._numbers.get(cell)
        if number is not None:
            return number
        if self._is_closed:
            raise self._error(f"is {quoted(cell)}, but must be one of {', '.join(self._numbers)}")
        if len(self._numbers) == self._limit:
            raise self._error(
                f"is the {self._limit + 1}th different value; a column of groups has at most {self._limit}"
            )
        return self._numbers.setdefault(cell, len(self._numbers))

    def _error(self, problem: str) -> AnalysisError:
        return AnalysisError(
            f"row {len(self._codes) + 1}, column {quoted(self._column)}: the value {problem}"
        )


class Intervals:
    """Numbers the intervals between thresholds that the values of a column lie in: open below, closed above,
    as smclarify has them; 0 is the interval up to the first threshold.
    """

    def __init__(self, column: str, thresholds: Sequence[float]) -> None:
        self._column, self._thresholds = column, list(thresholds)
        self._codes = array("i")
        self._greatest, self._are_whole = -float("inf"), all(value.is_integer() for value in thresholds)

    def add(self, cell: str) -> None:
        """Adds the next row; raises AnalysisError with its number."""
        self._codes.append(MISSING if cell == "" else self._number(cell))

    def column(self) -> Coded:
        """All rows."""
        ends = list(self._thresholds)
        if self._greatest > ends[-1]:
            ends.append(self._greatest)
        names = [f"(-inf, {self._name(ends[0])}]"]
        names += [f"({self._name(low)}, {self._name(high)}]" for low, high in pairwise(ends)]
        if len(ends) == len(self._thresholds):
            names.append(f"({self._name(ends[-1])}, inf]")
        return Coded(tuple(names), np.array(self._codes, dtype=np.int32))

    def _number(self, cell: str) -> int:
        try:
            value = float(cell)
        except ValueError:
            value = float("nan")
        if not isfinite(value):
            row = len(self._codes) + 1
            raise AnalysisError(
                f"row {row}, column {quoted(self._column)}: the value {quoted(cell)} is no number, "
                "but the facet has thresholds"
            )
        self._greatest = max(self._greatest, value)
        self._are_whole = self._are_whole and cell.lstrip("+-").isdigit()
        return bisect_left(self._thresholds, value)

    def _name(self, end: float) -> str:
        return str(int(end)) if self._are_whole else str(end)
