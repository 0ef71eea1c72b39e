"""Which rows of a data set are explained: the same ones on every run."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt
from analysis.coding import MISSING
from analysis.dataset import Dataset

_SPREAD = 120
_SPREAD_WITHOUT_FAMILIES = 300
_FAMILIES = 3
"""Of each kind and label. Explaining one text asks the model about some fifty."""

Codes = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Choice:
    """Row numbers."""

    families: Mapping[int, Sequence[int]]
    """A row of each group, by family: so that the groups of a facet are explained in the same sentences."""
    spread: Sequence[int]
    """Others, evenly from the combinations of label and groups."""

    @property
    def rows(self) -> list[int]:
        """All of them, each once, ascending."""
        return sorted({*self.spread, *(row for members in self.families.values() for row in members)})


def choose(data: Dataset, seed: int) -> Choice:
    """Chooses among rows without empty cells: some 450 of the probe data, 300 where there are no families."""
    random = np.random.default_rng(seed)
    rows = random.permutation(np.flatnonzero(data.complete))
    groups = np.column_stack([facet.codes for facet in data.facets.values()])
    families = (
        {} if data.template is None else dict(_families(data.template.codes, groups, data.label.codes, rows))
    )
    spread = _evenly(np.column_stack([data.label.codes, groups])[rows])
    return Choice(families, rows[spread][: _SPREAD if families else _SPREAD_WITHOUT_FAMILIES].tolist())


def _families(
    template: Codes, groups: Codes, labels: Codes, rows: npt.NDArray[np.int64]
) -> Iterator[tuple[int, list[int]]]:
    """For each kind of family (the facets that its rows are about) and each label, a few families; of each
    the first row of every combination of groups.
    """
    members: defaultdict[int, dict[tuple[int, ...], int]] = defaultdict(dict)
    for row in rows[template[rows] != MISSING].tolist():
        members[int(template[row])].setdefault(tuple(groups[row].tolist()), row)
    kinds: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for family, found in members.items():
        about = (np.array(list(found)) != MISSING).any(axis=0)
        label = int(labels[next(iter(found.values()))])
        if len(found) > 1:
            kinds[label, *about.tolist()].append(family)
    for chosen in kinds.values():
        for family in islice(chosen, _FAMILIES):
            yield family, list(members[family].values())


def _evenly(strata: Codes) -> npt.NDArray[np.int64]:
    """An order of rows that takes one of each stratum in turn."""
    _, number = np.unique(strata, axis=0, return_inverse=True)
    order = np.argsort(number, kind="stable")
    sizes = np.bincount(number) if number.size else number
    turn = np.empty(order.size, dtype=np.int64)
    turn[order] = np.arange(order.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.argsort(turn, kind="stable")
