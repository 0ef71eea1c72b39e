"""Counts of requests, or of training texts, by the bins of one feature."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from drift.features import Bins


@dataclass(frozen=True)
class Histogram:
    """Bins, labels or the lower ends of ranges, and how many requests each of them has."""

    bins: Bins
    counts: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.bins) != len(self.counts):
            raise ValueError(f"{len(self.bins)} bins have {len(self.counts)} counts")

    @property
    def total(self) -> int:
        """Requests in all bins."""
        return sum(self.counts)

    @property
    def shares(self) -> tuple[float, ...]:
        """Of each bin; zeros where there is no request."""
        return tuple(count / max(self.total, 1) for count in self.counts)


def histogram(document: Mapping[str, Any]) -> Histogram:
    """Raises ValueError where there are not as many counts as bins."""
    return Histogram(tuple(document["bins"]), tuple(document["counts"]))


def pooled(histograms: Iterable[Histogram]) -> Histogram | None:
    """Their sum; None where there is none, or where their bins differ."""
    found = list(histograms)
    if not found or len({one.bins for one in found}) > 1:
        return None
    return Histogram(found[0].bins, tuple(map(sum, zip(*(one.counts for one in found), strict=True))))
