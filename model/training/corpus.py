"""The data directory: training files without any text that evaluation uses, and the sets to evaluate on."""

import hashlib
import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dataset import FORMAT, DatasetError, Row, read_rows
from inference import LABELS

from training.suggestions import suggestions, wishes

_LINKS = re.compile(r"https?://\S+|www\.\S+|\bhttp\b")
_MENTIONS = re.compile(r"@\w+")
_NOT_WORDS = re.compile(r"[\W_]+")
_SUGGESTIONS = 1500
_LENT_EVERY = 10


@dataclass(frozen=True)
class Use:
    """How a file is learned from: how often an epoch takes each row, its weight in the loss, its licence.

    `last` is how often the last pass takes each row, after all epochs.
    A file that is `shared` lends every tenth row to calibration, as no dev set has its kind of text.
    """

    repeats: float = 1.0
    last: float = 0.0
    weight: float = 1.0
    licence: str = "not recorded"
    shared: bool = False


_RESEARCH = "published for research, no licence text"
_WRITTEN = "MIT, written by rules in model/training/suggestions.py"

# Several annotators a sentence count more; fragments of sentences and labels derived from emotions less.
_USES = {
    "train/dynasent-r1-dev": Use(repeats=3, last=1, licence="CC BY 4.0", shared=True),
    "train/dynasent-r2-dev": Use(repeats=3, last=1, licence="CC BY 4.0", shared=True),
    "train/goemotions": Use(repeats=0.5, weight=0.5, licence="CC BY 4.0"),
    "train/review-sentences": Use(last=0.5, licence="free for any friendly purpose, to be cited"),
    "train/product-reviews-1": Use(licence="CC BY 4.0"),
    "train/product-reviews-2": Use(licence="CC BY 4.0"),
    "train/semeval2017-4a": Use(last=0.1, licence="for research, not to be redistributed"),
    "train/sentences-amazon": Use(licence="CC BY 4.0"),
    "train/sentences-imdb": Use(licence="CC BY 4.0"),
    "train/sentences-yelp": Use(licence="CC BY 4.0"),
    "train/senti4sd": Use(licence="MIT"),
    "train/sst3": Use(last=0.5, licence=_RESEARCH),
    "train/sst3-phrases": Use(repeats=0.18, weight=0.7, licence=_RESEARCH),
    "train/suggestions": Use(last=0.5, licence=_WRITTEN),
    "train/suggestions-of-things": Use(repeats=0, last=1, licence=_WRITTEN),
    "train/vader-nyt": Use(licence="MIT"),
    "train/vader-tweets": Use(licence="MIT"),
}


@dataclass(frozen=True)
class LabelledFile:
    """The rows of one file that may be used, and how many were dropped as evaluation uses their texts.

    `name` is its folder and stem, "train/sst3"; `sha256` that of its bytes, in hex.
    """

    name: str
    sha256: str
    rows: Sequence[Row]
    dropped: int = 0

    @property
    def use(self) -> Use:
        """How training uses the rows."""
        return _USES.get(self.name, Use())


@dataclass(frozen=True)
class Corpus:
    """Files to train on, to calibrate and select by (dev), and to report on (test); test may be empty."""

    train: Sequence[LabelledFile]
    dev: Sequence[LabelledFile]
    test: Sequence[LabelledFile]


def load_corpus(directory: Path, seed: int) -> Corpus:
    """Reads `train/*.jsonl`, `dev/*.jsonl` and, if there, `test/*.jsonl`; adds suggestions written by rules.

    Raises DatasetError.
    """
    found = _read_folder(directory / "train")
    dev = [*_read_folder(directory / "dev"), *(_lent(file) for file in found if file.use.shared)]
    test = _read_folder(directory / "test", required=False)
    evaluated = {_comparable(row.text) for file in [*dev, *test] for row in file.rows}
    train = [_without(file, evaluated) for file in found]
    labels = {row.label for file in train for row in file.rows}
    if missing := [label for label in LABELS if label not in labels]:
        raise DatasetError(f"{directory / 'train'}: no row is labelled {' or '.join(missing)}; add some")
    return Corpus([*train, *(_without(file, evaluated) for file in _written(seed))], dev, test)


def _read_folder(folder: Path, required: bool = True) -> list[LabelledFile]:
    paths = sorted(folder.glob("*.jsonl"))
    if required and not paths:
        raise DatasetError(f"{folder}: no *.jsonl file found; put labelled texts there, one {FORMAT} a line")
    return [_read(path) for path in paths]


def _read(path: Path) -> LabelledFile:
    rows = read_rows(path)
    return LabelledFile(
        f"{path.parent.name}/{path.stem}", hashlib.sha256(path.read_bytes()).hexdigest(), rows
    )


def _lent(file: LabelledFile) -> LabelledFile:
    """What calibration gets of a training file; the digest is that of these rows."""
    rows = file.rows[::_LENT_EVERY]
    return LabelledFile(file.name.replace("train/", "dev/"), _digest(rows), rows)


def _written(seed: int) -> Iterator[LabelledFile]:
    for name, write in (("train/suggestions", suggestions), ("train/suggestions-of-things", wishes)):
        rows = write(_SUGGESTIONS, seed)
        yield LabelledFile(name, _digest(rows), rows)


def _digest(rows: Sequence[Row]) -> str:
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def _without(file: LabelledFile, evaluated: set[str]) -> LabelledFile:
    rows = [row for row in file.rows if row.text.strip() and _comparable(row.text) not in evaluated]
    return LabelledFile(file.name, file.sha256, rows, dropped=len(file.rows) - len(rows))


def _comparable(text: str) -> str:
    """Equal for texts that differ in case, spacing, punctuation, links or names, as copied tweets do."""
    text = _MENTIONS.sub("@user", _LINKS.sub(" ", html.unescape(text))).casefold()
    return _NOT_WORDS.sub("", text) or "".join(text.split())
