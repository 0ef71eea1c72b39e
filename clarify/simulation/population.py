"""Populations whose bias is known, and samples of them."""

from dataclasses import dataclass

import numpy as np
from bias.counts import Columns, Counts
from bias.registry import Scope


@dataclass(frozen=True)
class Population:
    """Shares of rows by stratum, facet, label, prediction and the prediction outside of the facet."""

    cells: np.ndarray[tuple[int, ...], np.dtype[np.float64]]

    @classmethod
    def of(cls, facet: float, positive: tuple[float, float], accuracy: tuple[float, float]) -> "Population":
        """A population of two strata, given the facet's share, and by side (others, facet) the share of
        positive labels and the accuracy of the predictions; a quarter of the facet's predictions would be
        another outside of it.
        """
        cells = np.zeros((2, 2, 2, 2, 2))
        for stratum, side, label, prediction, other in np.ndindex(cells.shape):
            share = facet if side else 1 - facet
            rate = positive[side] + (0.05 if stratum else -0.05)
            right = accuracy[side] if label == prediction else 1 - accuracy[side]
            flipped = (0.25 if other != prediction else 0.75) if side else float(other == prediction)
            cells[stratum, side, label, prediction, other] = (
                share * (rate if label else 1 - rate) * right * flipped / 2
            )
        return cls(cells)

    def counts(self, number: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Counts:
        """Rows that occur so often, in the form of `cells`."""
        stratum, facet, label, prediction, other = np.indices(self.cells.shape).reshape(5, -1)
        columns = Columns(facet == 1, label == 1, prediction == 1, stratum, other == 1)
        seen = number.ravel() > 0
        distinct = Columns(
            columns.facet[seen],
            columns.label[seen],
            columns.prediction[seen],
            stratum[seen],
            (other == 1)[seen],
        )
        return Counts(distinct, number.ravel()[seen])

    def sample(self, rows: int, scope: Scope, random: np.random.Generator) -> Counts:
        """Draws rows: of all, or as many on each side as the facet's share says."""
        if scope is Scope.ALL_ROWS:
            return self.counts(random.multinomial(rows, self.cells.ravel()).astype(np.float64))
        number = np.zeros(self.cells.shape)
        for side in (0, 1):
            cells = self.cells[:, side]
            drawn = random.multinomial(round(rows * cells.sum()), (cells / cells.sum()).ravel())
            number[:, side] = drawn.reshape(cells.shape)
        return self.counts(number)
