"""Rows of a data set that bias is measured on, and the CSV file that holds them."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LABELS = ("positive", "neutral", "negative")
MAX_BYTES = 1024
"""Longest text that the API takes, in bytes of UTF-8."""


@dataclass(frozen=True)
class Row:
    """One labelled text and its group in each facet that it belongs to."""

    id: str
    text: str
    label: str
    facets: Mapping[str, str]
    template: str | None = None
    """The family of sentences that differ in the group only; None for a real text."""


def write_csv(path: Path, rows: Iterable[Row], facets: Sequence[str]) -> None:
    """Writes `id, text, label`, `template` where rows have one, and a column for each facet: empty where a
    row does not belong to it.

    CSV as in RFC 4180, in UTF-8. Raises OSError.
    """
    rows = list(rows)
    template = ["template"] if any(row.template for row in rows) else []
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text", "label", *template, *facets])
        for row in rows:
            family = [row.template or ""] if template else []
            writer.writerow([row.id, row.text, row.label, *family, *(row.facets.get(f, "") for f in facets)])
