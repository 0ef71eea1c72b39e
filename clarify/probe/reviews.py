"""Real reviews as a data set with facets: `python -m probe.reviews FILE.jsonl --out FILE.csv`.

A line of the file is an object with "id", "text", "label" and, where they are known, "age" (in years) and
"department".
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from probe.rows import LABELS, MAX_BYTES, Row, write_csv

_AGE_BANDS = ((18, 34), (35, 54), (55, 120))


class ReviewsError(ValueError):
    """A file that cannot be used; the message names the line and what to change, never the text."""


@dataclass(frozen=True)
class Reviews:
    """Reviews with all of the facets, and how many were left out for which reason."""

    rows: Sequence[Row]
    facets: Sequence[str]
    left_out: Mapping[str, int]


def read_reviews(lines: Iterable[str]) -> Reviews:
    """The reviews that have every facet that any review has, and a text that the API takes.

    Raises ReviewsError for the first line that is no review, and where no review has a facet.
    """
    found = [_review(number, line) for number, line in enumerate(lines, 1)]
    facets = [facet for facet in ("age_band", "department") if any(facet in row.facets for row in found)]
    if not facets:
        raise ReviewsError('no review has an "age" or a "department"; use a file whose reviews do')
    reasons = [(_reason(row, facets), row) for row in found]
    return Reviews(
        rows=[row for reason, row in reasons if reason is None],
        facets=facets,
        left_out=Counter(reason for reason, _ in reasons if reason is not None),
    )


def _reason(row: Row, facets: Sequence[str]) -> str | None:
    """Why the review is left out."""
    missing = [facet for facet in facets if facet not in row.facets]
    if missing:
        return f"no {' and no '.join(missing)}"
    return f"longer than {MAX_BYTES:,} bytes" if len(row.text.encode()) > MAX_BYTES else None


def _review(number: int, line: str) -> Row:
    try:
        review = json.loads(line)
    except ValueError:
        raise ReviewsError(f"line {number}: not JSON; write one review a line") from None
    if not isinstance(review, dict) or not all(isinstance(review.get(key), str) for key in ("id", "text")):
        raise ReviewsError(f'line {number}: needs an object with the strings "id" and "text"')
    if review.get("label") not in LABELS:
        raise ReviewsError(f'line {number}: "label" must be one of {", ".join(LABELS)}')
    return Row(review["id"], review["text"], review["label"], _facets(review))


def _facets(review: Mapping[str, object]) -> dict[str, str]:
    facets = {"age_band": _age_band(review.get("age")), "department": review.get("department")}
    return {facet: group for facet, group in facets.items() if isinstance(group, str) and group}


def _age_band(age: object) -> str | None:
    if not isinstance(age, int | float):
        return None
    return next((f"{low}-{high}" for low, high in _AGE_BANDS if low <= age < high + 1), None)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0, or 2 when the file cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m probe.reviews", description="Read real reviews.")
    parser.add_argument("reviews", type=Path, metavar="FILE.jsonl")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.csv")
    options = parser.parse_args(arguments)
    try:
        with options.reviews.open(encoding="utf-8") as lines:
            reviews = read_reviews(lines)
        write_csv(options.out, reviews.rows, reviews.facets)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}; name files that can be read and written", file=sys.stderr)
        return 2
    except ValueError as error:  # also bytes that are no UTF-8
        print(f"{options.reviews}: {error}", file=sys.stderr)
        return 2
    print(f"{options.out}: {len(reviews.rows):,} rows with {', '.join(reviews.facets)}", file=sys.stderr)
    for reason, number in reviews.left_out.items():
        print(f"left out: {number:,} with {reason}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
