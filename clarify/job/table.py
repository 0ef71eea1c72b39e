"""The data set with its predictions: what the analysis reads."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.config import LABELS, Configuration
from analysis.dataset import read_dataset
from analysis.names import BASELINE, Names, names_in
from analysis.problem import AnalysisError, quoted
from analysis.progress import step
from analysis.rows import CSV, columns_of, rows
from analysis.texts import TEXT

from job.formats import Prediction
from job.questions import Question

_PREDICTED = "predicted_label"


@dataclass(frozen=True)
class Unpredicted:
    """A data set without predictions, every row of which was read and found right."""

    path: Path
    config: Configuration
    names: Names
    rows: int
    digest: str

    @property
    def columns(self) -> list[str]:
        """What is kept of it: the id, the text, the label and what belongs to a facet."""
        return list(dict.fromkeys([self.names.identifier, TEXT, *self.names.all]))

    def predicted(self) -> Configuration:
        """The configuration of the table that `write` makes."""
        return replace(
            self.config,
            dataset_type=CSV,
            headers=(),
            identifier=self.names.identifier,
            label=self.names.label,
            predicted_label=self._predicted_label,
            group_variable=self.names.stratum,
            facets=tuple(
                replace(facet, column=name)
                for facet, name in zip(self.config.facets, self.names.facets, strict=True)
            ),
        )

    def questions(self) -> Iterator[Question]:
        """The rows' texts; a row without one is not asked about."""
        for number, (text,) in enumerate(rows(self.path, self.config.dataset_type, [TEXT]), 1):
            if text:
                yield Question(f"row {number}", text)

    def write(self, path: Path, answers: Iterator[Prediction], baseline: Iterator[Prediction] | None) -> None:
        """Writes the table with the answers to the questions. Rows without a text get no prediction."""
        place = self.columns.index(TEXT)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*self.columns, *self.added(baseline is not None)])
            for cells in rows(self.path, self.config.dataset_type, self.columns):
                has_text = cells[place] != ""
                cells += _cells(next(answers)) if has_text else [""] * (1 + len(self.config.labels))
                if baseline is not None:
                    cells.append(next(baseline).label if has_text else "")
                writer.writerow(cells)

    def added(self, has_baseline: bool) -> list[str]:
        """The columns of the answers."""
        return [self._predicted_label, *self.config.labels, *([BASELINE] if has_baseline else [])]

    @property
    def _predicted_label(self) -> str:
        name = self.config.predicted_label
        return name if isinstance(name, str) else _PREDICTED


def check(path: Path, config: Configuration) -> Unpredicted:
    """Reads a data set as far as it can be read without predictions: what is wrong is found before a model is
    asked. Raises AnalysisError with the place of what is wrong.
    """
    if set(config.labels) != set(LABELS):
        raise AnalysisError(f"predictor.label_headers must be {', '.join(LABELS)}, the labels of the models")
    bare = replace(config, predicted_label=None, metrics=())
    names = names_in(path, bare)
    if TEXT not in (there := columns_of(path, config.dataset_type)):
        raise AnalysisError(f"{path} has no column text, only {', '.join(there)}")
    data = read_dataset(path, bare, step)
    found = Unpredicted(path, config, names, data.rows, data.digest)
    if taken := set(found.columns) & set(found.added(has_baseline=True)):
        raise AnalysisError(f"{path}: the job itself writes the column {quoted(min(taken))}; rename it")
    return found


def _cells(prediction: Prediction) -> Sequence[str]:
    return [prediction.label, *map(str, prediction.scores)]
