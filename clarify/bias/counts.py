"""The distinct rows of a data set and how often each occurs: all that a bias metric needs to know of the
data.

A bootstrap replicate of the rows is a multinomial draw of these numbers, so that a million rows cost no more
than a thousand.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Columns:
    """What is known of each row, as columns of equal length."""

    facet: Booleans
    """Whether the row belongs to the facet."""
    label: Booleans
    """Whether its true label is a positive outcome."""
    prediction: Booleans
    """Whether it is predicted to have a positive outcome."""
    stratum: Integers
    """Number of the row's group in the conditional metrics, from 0."""
    counterfactual: Booleans | None = None
    """What would be predicted for the row if it did not belong to the facet; see bias/flip_test.py."""

    def _code(self) -> Integers:
        other = self.prediction if self.counterfactual is None else self.counterfactual
        return (((self.stratum * 2 + self.facet) * 2 + self.label) * 2 + self.prediction) * 2 + other

    def _take(self, rows: Integers) -> "Columns":
        counterfactual = None if self.counterfactual is None else self.counterfactual[rows]
        return Columns(
            self.facet[rows], self.label[rows], self.prediction[rows], self.stratum[rows], counterfactual
        )


@dataclass(frozen=True)
class Group:
    """Numbers of rows on one side of a facet by outcome, each of the counts' leading shape."""

    true_positives: Values
    false_negatives: Values
    false_positives: Values
    true_negatives: Values

    @property
    def rows(self) -> Values:
        """All rows of the group."""
        return self.labelled_positive + self.labelled_negative

    @property
    def labelled_positive(self) -> Values:
        """Rows whose true label is a positive outcome."""
        return self.true_positives + self.false_negatives

    @property
    def labelled_negative(self) -> Values:
        """Rows whose true label is no positive outcome."""
        return self.false_positives + self.true_negatives

    @property
    def predicted_positive(self) -> Values:
        """Rows that are predicted to have a positive outcome."""
        return self.true_positives + self.false_positives

    @property
    def predicted_negative(self) -> Values:
        """Rows that are predicted to have no positive outcome."""
        return self.false_negatives + self.true_negatives


@dataclass(frozen=True)
class Counts:
    """Distinct rows, and how often each occurs in one data set or in each of many replicates of it."""

    distinct: Columns
    number: Values
    """Shape (..., distinct rows), after the replicates' axis where there is one."""

    @classmethod
    def of(cls, columns: Columns) -> "Counts":
        """Counts the rows of a data set."""
        _, first, number = np.unique(columns._code(), return_index=True, return_counts=True)
        return cls(columns._take(first), number.astype(np.float64))

    @classmethod
    def paired(cls, current: Columns, baseline: Columns) -> tuple["Counts", "Counts"]:
        """Counts the same rows with two models' predictions: both have the same numbers, so that what is
        drawn for one holds for the other.
        """
        code = current._code() * (int(baseline._code().max(initial=0)) + 1) + baseline._code()
        _, first, counted = np.unique(code, return_index=True, return_counts=True)
        number = counted.astype(np.float64)
        return cls(current._take(first), number), cls(baseline._take(first), number)

    def with_number(self, number: Values) -> "Counts":
        """The same distinct rows, occurring as often as given."""
        return replace(self, number=number)

    @property
    def others(self) -> Group:
        """The rows outside of the facet (in the field's papers: the advantaged group, a)."""
        return self._group(~self.distinct.facet)

    @property
    def facet(self) -> Group:
        """The rows in the facet (in the field's papers: the disadvantaged group, d)."""
        return self._group(self.distinct.facet)

    @property
    def all(self) -> Group:
        """All rows."""
        return self._group(np.ones_like(self.distinct.facet))

    def count(self, where: Booleans) -> Values:
        """How many rows are of the distinct ones that are chosen."""
        return self.number @ where.astype(np.float64)

    def _group(self, where: Booleans) -> Group:
        label, prediction = self.distinct.label, self.distinct.prediction
        return Group(
            true_positives=self.count(where & label & prediction),
            false_negatives=self.count(where & label & ~prediction),
            false_positives=self.count(where & ~label & prediction),
            true_negatives=self.count(where & ~label & ~prediction),
        )


def ratio(numerator: Values, denominator: Values) -> Values:
    """The quotient; 0 where both are 0, infinite where only the denominator is, as smclarify has it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = numerator / denominator
    return np.where((numerator == 0) & (denominator == 0), 0.0, quotient)


def difference(left: Values, right: Values) -> Values:
    """The difference; 0 between equal infinities."""
    with np.errstate(invalid="ignore"):
        return np.where(left == right, 0.0, left - right)


def defined(values: Values, where: npt.NDArray[np.bool_]) -> Values:
    """The values, not a number where the metric is not defined."""
    return np.where(where, values, np.nan)
