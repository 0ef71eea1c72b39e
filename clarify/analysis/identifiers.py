"""The ids of a data set: each row must have one of its own."""

import hashlib
from array import array

import numpy as np

from analysis.problem import AnalysisError


class Identifiers:
    """Ids as 64-bit digests: among a million different ids two are alike with a probability of 3e-8."""

    def __init__(self) -> None:
        self._digests = array("Q")

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self._digests)

    def add(self, identifier: str) -> None:
        """Adds the next row's; raises AnalysisError where it is empty."""
        if identifier == "":
            raise AnalysisError(f"row {self.number + 1} has no id")
        self._digests.append(int.from_bytes(hashlib.blake2b(identifier.encode(), digest_size=8).digest()))

    def refuse_repeated(self) -> None:
        """Raises AnalysisError that names two rows with the same id, where there are any."""
        digests = np.array(self._digests, dtype=np.uint64)
        order = np.argsort(digests, kind="stable")
        alike = np.flatnonzero(digests[order][1:] == digests[order][:-1])
        if alike.size > 0:
            first, second = (int(order[alike[0] + step]) + 1 for step in (0, 1))
            raise AnalysisError(
                f"rows {first} and {second} have the same id (and {alike.size - 1} more); give each its own"
            )
