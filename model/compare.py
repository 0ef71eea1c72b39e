"""Compares two versions on labelled texts: `python model/compare.py A B [--data FILE|DIR ...] [--json]`.

A version is a folder with an artifact, or a model.tar.gz. The exit code is 3 when B is significantly worse.
"""

import argparse
import json
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict

import bootstrap
import numpy as np
from bootstrap import Counts, Floats
from dataset import FORMAT, DatasetError, Row, read_rows
from evaluate import load, predict
from inference import LABELS, Label, Model

Verdict = Literal["worse", "same", "better"]

_BAD_INPUT, _WORSE = 2, 3
_SAMPLE = Path(__file__).parents[1] / "test" / "samples" / "dynasent.jsonl"
_SHOWN = 10


class Difference(TypedDict):
    """A metric of A and of B, and B - A with its 95 % interval; all fractions."""

    a: float
    b: float
    difference: float
    low: float
    high: float


class SetComparison(TypedDict):
    """Both versions on one file. Worse or better: the interval of the macro-F1's difference leaves out 0."""

    name: str
    rows: int
    macro_f1: Difference
    accuracy: Difference
    changed: int
    verdict: Verdict


class Comparison(TypedDict):
    """Both versions on all files: worse when B is worse on any, else better when B is better on any."""

    a: str
    b: str
    sets: list[SetComparison]
    verdict: Verdict


@dataclass(frozen=True)
class Changed:
    """A row that the versions answer differently."""

    row: Row
    a: Label
    b: Label


def compare(name: str, rows: Sequence[Row], a: Sequence[Label], b: Sequence[Label]) -> SetComparison:
    """Compares the answers of two versions to the same rows; pairs of answers are resampled together."""
    counts = np.zeros((len(LABELS),) * 3, np.int64)
    for row, first, second in zip(rows, a, b, strict=True):
        counts[LABELS.index(row.label), LABELS.index(first), LABELS.index(second)] += 1
    macro_f1 = _difference(counts, bootstrap.macro_f1)
    return {
        "name": name,
        "rows": len(rows),
        "macro_f1": macro_f1,
        "accuracy": _difference(counts, bootstrap.accuracy),
        "changed": sum(first != second for first, second in zip(a, b, strict=True)),
        "verdict": "worse" if macro_f1["high"] < 0 else "better" if macro_f1["low"] > 0 else "same",
    }


def _difference(counts: Counts, metric: Callable[[Counts], Floats]) -> Difference:
    """Of joint counts [true, answer of A, answer of B]."""
    first, second = (float(metric(counts.sum(axis=axis))) for axis in (2, 1))
    drawn = bootstrap.resample(counts)
    low, high = bootstrap.interval(metric(drawn.sum(axis=2)) - metric(drawn.sum(axis=3)))
    # the axes of `drawn` begin with that of the samples: axis 2 sums over A's answers, axis 3 over B's
    return {"a": first, "b": second, "difference": second - first, "low": low, "high": high}


def _compare_files(a: Model, b: Model, files: Sequence[Path]) -> tuple[list[SetComparison], list[Changed]]:
    sets, changed = [], []
    for file in files:
        rows = read_rows(file)
        first, second = ([item["label"] for item in predict(model, rows)] for model in (a, b))
        sets.append(compare(file.stem, rows, first, second))
        changed += [Changed(*item) for item in zip(rows, first, second, strict=True) if item[1] != item[2]]
    return sets, changed


def _verdict(sets: Sequence[SetComparison]) -> Verdict:
    verdicts = {item["verdict"] for item in sets}
    return "worse" if "worse" in verdicts else "better" if "better" in verdicts else "same"


@contextmanager
def _unpacked(version: Path) -> Iterator[Path]:
    if version.is_dir():
        yield version
        return
    with tempfile.TemporaryDirectory() as folder:
        try:
            with tarfile.open(version) as archive:
                archive.extractall(folder, filter="data")
        except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
            raise DatasetError(f"{version}: {error}; name a folder or a model.tar.gz") from None
        yield Path(folder)


def _files(paths: Sequence[Path]) -> list[Path]:
    files = [file for path in paths for file in (sorted(path.glob("*.jsonl")) if path.is_dir() else [path])]
    if not files:
        raise DatasetError(f"{paths[0]}: no *.jsonl file found; name files with one {FORMAT} a line")
    return files


def _table(comparison: Comparison, changed: Sequence[Changed]) -> str:
    columns = f"{'macro-F1 A':>12}{'B':>8}{'B - A (95 % interval)':>25}{'changed':>9}"
    lines = [f"{'set':<16}{'rows':>7}{columns}  verdict"]
    for item in comparison["sets"]:
        f1 = item["macro_f1"]
        interval = f"{f1['difference']:+.1%} ({f1['low']:+.1%} to {f1['high']:+.1%})"
        lines.append(
            f"{item['name']:<16}{item['rows']:>7,}{f1['a']:>12.1%}{f1['b']:>8.1%}{interval:>25}"
            f"{item['changed']:>9,}  {item['verdict']}"
        )
    lines += [
        "",
        f"Changed rows: {len(changed):,}" + (f", the first {_SHOWN}:" if len(changed) > _SHOWN else ""),
    ]
    lines += [
        f"  {item.row.label:<9} A {item.a:<9} B {item.b:<9} {item.row.text[:80]}" for item in changed[:_SHOWN]
    ]
    return "\n".join([*lines, "", f"Version B is {comparison['verdict']}."])


def _write(changed: Sequence[Changed], path: Path) -> None:
    documents = ({"text": c.row.text, "label": c.row.label, "a": c.a, "b": c.b} for c in changed)
    path.write_text(
        "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in documents), encoding="utf-8"
    )


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Compare two versions of the model on labelled texts.")
    parser.add_argument("a", type=Path, metavar="A", help="folder or model.tar.gz of the present version")
    parser.add_argument("b", type=Path, metavar="B", help="folder or model.tar.gz of the new version")
    parser.add_argument(
        "--data",
        type=Path,
        nargs="+",
        default=[_SAMPLE],
        metavar="FILE|DIR",
        help=f"*.jsonl with one {FORMAT} a line",
    )
    parser.add_argument(
        "--changed", type=Path, metavar="FILE", help="write all rows that changed, as JSON Lines"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0, 2 when its input cannot be used, or 3 when B is significantly worse."""
    options = _arguments().parse_args(arguments)
    try:
        with _unpacked(options.a) as a, _unpacked(options.b) as b:
            sets, changed = _compare_files(load(a), load(b), _files(options.data))
    except DatasetError as error:
        print(error, file=sys.stderr)
        return _BAD_INPUT
    comparison: Comparison = {
        "a": str(options.a),
        "b": str(options.b),
        "sets": sets,
        "verdict": _verdict(sets),
    }
    if options.changed:
        _write(changed, options.changed)
    print(json.dumps(comparison) if options.json else _table(comparison, changed))
    return _WORSE if comparison["verdict"] == "worse" else 0


if __name__ == "__main__":
    sys.exit(main())
