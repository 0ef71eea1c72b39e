"""The data directory: training files without any text that evaluation uses, and the sets to evaluate on."""

import hashlib
import html
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from dataset import FORMAT, DatasetError, Row, read_rows
from inference import LABELS

_LINKS = re.compile(r"https?://\S+|www\.\S+|\bhttp\b")
_MENTIONS = re.compile(r"@\w+")
_NOT_WORDS = re.compile(r"[\W_]+")

# Sentences of the kind that is asked for count more, fragments of sentences less than whole ones.
_FILE_WEIGHTS = {"dynasent-r1-dev": 2.0, "dynasent-r2-dev": 2.0, "sst3-phrases": 0.3}


@dataclass(frozen=True)
class LabelledFile:
    """The rows of one file that may be used, and how many were dropped as evaluation uses their texts."""

    path: Path
    rows: Sequence[Row]
    dropped: int = 0

    @property
    def sha256(self) -> str:
        """SHA-256 of the file's bytes in hex."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


@dataclass(frozen=True)
class Corpus:
    """Files to train on, to select by (dev), and to report on (test); test may be empty."""

    train: Sequence[LabelledFile]
    dev: Sequence[LabelledFile]
    test: Sequence[LabelledFile]

    @property
    def rows(self) -> list[Row]:
        """All training rows, in the order of `row_weights`."""
        return [row for file in self.train for row in file.rows]

    def row_weights(self, balance: float) -> npt.NDArray[np.float64]:
        """The weight of each training row.

        Within a file a class of n rows weighs as n^(1 - balance): 0 changes nothing, 1 makes classes equal.
        """
        return np.concatenate([_row_weights(file, balance) for file in self.train])


def load_corpus(directory: Path) -> Corpus:
    """Reads `train/*.jsonl`, `dev/*.jsonl` and, where there is one, `test/*.jsonl`. Raises DatasetError."""
    dev, test = _read_folder(directory / "dev"), _read_folder(directory / "test", required=False)
    evaluated = {_comparable(row.text) for file in [*dev, *test] for row in file.rows}
    train = [_without(file, evaluated) for file in _read_folder(directory / "train")]
    found = {row.label for file in train for row in file.rows}
    if missing := [label for label in LABELS if label not in found]:
        raise DatasetError(f"{directory / 'train'}: no row is labelled {' or '.join(missing)}; add some")
    return Corpus(train, dev, test)


def _read_folder(folder: Path, required: bool = True) -> list[LabelledFile]:
    paths = sorted(folder.glob("*.jsonl"))
    if required and not paths:
        raise DatasetError(f"{folder}: no *.jsonl file found; put labelled texts there, one {FORMAT} a line")
    return [LabelledFile(path, read_rows(path)) for path in paths]


def _without(file: LabelledFile, evaluated: set[str]) -> LabelledFile:
    rows = [row for row in file.rows if _comparable(row.text) not in evaluated]
    return LabelledFile(file.path, rows, dropped=len(file.rows) - len(rows))


def _comparable(text: str) -> str:
    """Equal for texts that differ in case, spacing, punctuation, links or names, as copied tweets do."""
    text = _MENTIONS.sub("@user", _LINKS.sub(" ", html.unescape(text))).casefold()
    return _NOT_WORDS.sub("", text) or "".join(text.split())


def _row_weights(file: LabelledFile, balance: float) -> npt.NDArray[np.float64]:
    counts = Counter(row.label for row in file.rows)
    weight = _FILE_WEIGHTS.get(file.path.stem, 1.0)
    of_class = {
        label: weight * (len(file.rows) / len(counts) / count) ** balance for label, count in counts.items()
    }
    return np.array([of_class[row.label] for row in file.rows])
