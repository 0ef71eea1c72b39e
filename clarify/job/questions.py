"""Asks a model about any number of texts, a batch at a time, and never twice about one."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from analysis.problem import AnalysisError
from analysis.progress import Countdown

from job.formats import BadAnswer, Prediction
from job.record import Record, answered
from job.version import Ask

_BATCH_TEXTS = 512
_BATCH_BYTES = 1024 * 1024
"""Of a request; a serverless endpoint takes 4 MB (docs.aws.amazon.com/sagemaker: InvokeEndpoint)."""


@dataclass(frozen=True)
class Question:
    """A text, and what it is called in an error, such as "row 7"."""

    name: str
    text: str


def predictions(
    questions: Iterable[Question], ask: Ask, file: Path, progress: Countdown
) -> Generator[Prediction, None, None]:
    """Answers in the order of the questions; those in `file` are not asked for again, and new ones are added
    to it. Raises AnalysisError that names the question which got no answer.
    """
    with closing(Record(file)) as record:
        for batch in _batches(questions):
            try:
                answers, asked = answered(record, ask, [question.text for question in batch])
            except BadAnswer as error:
                raise AnalysisError(f"{batch[error.place].name}: {error}") from error
            except AnalysisError as error:
                raise AnalysisError(f"{batch[0].name} to {batch[-1].name}: {error}") from error
            progress.add(len(answers), asked)
            yield from answers


def _batches(questions: Iterable[Question]) -> Iterator[Sequence[Question]]:
    batch: list[Question] = []
    size = 0
    for question in questions:
        length = len(question.text.encode())
        if batch and (len(batch) == _BATCH_TEXTS or size + length > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(question)
        size += length
    if batch:
        yield batch
