"""Weeks of traffic for the tests of drift."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from drift.histogram import Histogram
from drift.reference import Reference

BINS: Mapping[str, Sequence[Any]] = {
    "textBytes": [1, 16, 32],
    "unknownWords": [0, 0.1],
    "sentiment": ["positive", "neutral", "negative"],
    "confidence": [0, 0.5, 0.9],
}
TYPICAL: Mapping[str, Sequence[float]] = {
    "textBytes": [0.2, 0.5, 0.3],
    "unknownWords": [0.9, 0.1],
    "sentiment": [0.4, 0.3, 0.3],
    "confidence": [0.2, 0.5, 0.3],
}
MONDAY = datetime(2026, 3, 16, 4, tzinfo=UTC)

Week = Callable[..., dict[str, Any]]


def _document(
    weeks_ago: float = 0, requests: int = 10_000, model: str = "a", **other: Sequence[float]
) -> dict[str, Any]:
    end = MONDAY - timedelta(weeks=weeks_ago)
    histograms = {
        name: {"bins": bins, "counts": [round(requests * share) for share in {**TYPICAL, **other}[name]]}
        for name, bins in BINS.items()
    }
    return {
        "version": "1",
        "from": _text(end - timedelta(weeks=1)),
        "to": _text(end),
        "vocabulary": "0badcafe",
        "models": [{"model": model, "requests": requests, "histograms": histograms}],
        "notes": [],
    }


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


@pytest.fixture
def week() -> Week:
    """Makes traffic.json of a week, some `weeks_ago`; `other`: shares that are not the typical ones."""
    return _document


@pytest.fixture
def reference() -> Reference:
    """Training texts that are like the typical week."""
    return Reference(
        "0badcafe",
        {
            name: Histogram(tuple(bins), tuple(round(20_000 * share) for share in TYPICAL[name]))
            for name, bins in BINS.items()
        },
    )
