"""The rows of a data set, one after another: CSV (RFC 4180, with a header) or JSON Lines, in UTF-8."""

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from analysis.problem import AnalysisError, quoted

Cells = list[str]
"""Cells of the wanted columns; the empty string where nothing is known."""

CSV = "text/csv"
_NOTHING = {"", "nan", "null"}
_LONGEST_CELL = 16 * 1024 * 1024


def columns_of(path: Path, dataset_type: str) -> list[str]:
    """The names of the columns; raises AnalysisError where there are none or one occurs twice."""
    try:
        names = next(_records(path, dataset_type), None)
    except OSError as error:
        raise AnalysisError(f"{path} cannot be read: {error.strerror}") from error
    if names is None:
        raise AnalysisError(f"{path} is empty; its first line must name the columns")
    names = list(names)
    if repeated := next((name for name in names if names.count(name) > 1), None):
        raise AnalysisError(f"{path} has the column {quoted(repeated)} twice")
    return names


def rows(path: Path, dataset_type: str, wanted: Sequence[str]) -> Iterator[Cells]:
    """The cells of the wanted columns, row by row; raises AnalysisError with the row's number (from 1)."""
    if dataset_type != CSV:
        yield from _of_objects(path, wanted)
        return
    records = _records(path, dataset_type)
    header = next(records)
    places = [header.index(name) for name in wanted]
    for number, record in enumerate(records, 1):
        if len(record) != len(header):
            raise AnalysisError(
                f"{path}, row {number} has {len(record)} cells, but there are {len(header)} columns"
            )
        yield [_cell(record[place]) for place in places]


def _of_objects(path: Path, wanted: Sequence[str]) -> Iterator[Cells]:
    for number, record in enumerate(_objects(path), 1):
        if missing := next((name for name in wanted if name not in record), None):
            raise AnalysisError(f"{path}, row {number} has no column {quoted(missing)}")
        yield [_cell(_text(record[name])) for name in wanted]


def _records(path: Path, dataset_type: str) -> Iterator[list[str]]:
    """The header and then the rows of CSV; the first row's keys of JSON Lines."""
    if dataset_type != CSV:
        yield from (list(record) for record in _objects(path))
        return
    csv.field_size_limit(_LONGEST_CELL)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            yield from (record for record in reader if record)
        except csv.Error as error:
            raise AnalysisError(f"{path}, line {reader.line_num} is no CSV: {error}") from error
        except UnicodeDecodeError as error:
            after = f"after line {reader.line_num}"  # somewhere: files are read in blocks
            raise AnalysisError(f"{path} is no CSV in UTF-8 {after}: {error.reason}") from error


def _objects(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                record = json.loads(line.decode("utf-8-sig"))
            except ValueError as error:
                raise AnalysisError(f"{path}, row {number} is no JSON in UTF-8: {error}") from error
            if not isinstance(record, dict):
                raise AnalysisError(f"{path}, row {number} is {quoted(record)}, but must be a JSON object")
            yield record


def _text(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode()  # half of a surrogate pair is no text


def _cell(text: str) -> str:
    return "" if text.strip().lower() in _NOTHING else text.strip()
