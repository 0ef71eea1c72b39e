"""Reads labelled texts: JSON Lines files whose rows hold at least a "text" and one of the model's labels."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from inference import LABELS, Label

FORMAT = '{"text": "...", "label": "' + "|".join(LABELS) + '"}'


class Row(NamedTuple):
    """One labelled text; `votes` are those of its annotators for each of LABELS, where they are known."""

    text: str
    label: Label
    votes: tuple[int, ...] | None = None


class DatasetError(ValueError):
    """A file that cannot be used; the message names the file, the line and what to change, never the text."""


def read_rows(path: Path) -> list[Row]:
    """All rows of a file; other keys than "text", "label" and "votes" (a count by label) are ignored.

    Raises DatasetError for a missing or empty file and for the first bad row.
    """
    try:
        lines = path.read_bytes().removesuffix(b"\n").split(b"\n")
    except OSError as error:
        raise DatasetError(f"{path}: {error.strerror}; name a file with one {FORMAT} a line") from None
    if lines == [b""]:
        raise DatasetError(f"{path}: has no rows; write one {FORMAT} a line")
    return list(_rows(path, lines))


def _rows(path: Path, lines: list[bytes]) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        try:
            yield _row(line)
        except ValueError as error:
            raise DatasetError(f"{path}:{number}: {error}") from None


def _row(line: bytes) -> Row:
    try:
        row = json.loads(line)
    except ValueError:
        raise ValueError(f"not JSON; expected {FORMAT}") from None
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise ValueError(f'no string "text"; expected {FORMAT}')
    for label in LABELS:
        if row.get("label") == label:
            return Row(row["text"], label, _votes(row.get("votes")))
    problem = 'unknown "label"' if "label" in row else 'no "label"'
    raise ValueError(f"{problem}; expected one of {', '.join(LABELS)}")


def _votes(votes: object) -> tuple[int, ...] | None:
    if votes is None:
        return None
    if not isinstance(votes, dict):
        raise ValueError('"votes" is no object; expected a count by label')
    counts = [votes.get(label, 0) for label in LABELS]
    if not all(type(count) is int and count >= 0 for count in counts) or sum(counts) == 0:
        raise ValueError('"votes" must count at least one vote for a label')
    return tuple(counts)
