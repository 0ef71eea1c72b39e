"""Answers that a model gave, kept in a file: a job that was interrupted goes on where it stopped."""

import fcntl
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from analysis.problem import AnalysisError

from job.formats import BadAnswer, Prediction
from job.version import Ask


class Record:
    """The answers to a job's questions, in their order: a line of JSON each, [digest of the text, label,
    scores].

    Questions that are asked again in the same order get the recorded answers. From the first one on that is
    another, what is recorded is worth nothing, and is dropped.
    """

    def __init__(self, path: Path) -> None:
        """Opens the file, or makes it. Raises AnalysisError where that fails, or another job has it open."""
        try:
            path.touch()
            self._file = path.open("r+b")
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnalysisError(
                f"another job works in {path.parent}; wait for it or name another --work"
            ) from None
        except OSError as error:
            raise AnalysisError(f"{path} cannot be written: {error.strerror}") from error

    def recorded(self, texts: Sequence[str]) -> list[Prediction]:
        """The answers to the first of the texts, as far as they are recorded."""
        found: list[Prediction] = []
        for text in texts:
            start = self._file.tell()
            if (prediction := _read(self._file.readline(), text)) is None:
                self._cut(start)
                break
            found.append(prediction)
        return found

    def add(self, texts: Sequence[str], answers: Sequence[Prediction]) -> None:
        """Records answers, after all that were recorded."""
        pairs = zip(texts, answers, strict=True)
        lines = (json.dumps([_digest(text), answer.label, answer.scores]) for text, answer in pairs)
        self._file.write("".join(f"{line}\n" for line in lines).encode())
        self._file.flush()

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _cut(self, end: int) -> None:
        self._file.seek(end)
        self._file.truncate()


def answered(record: Record, ask: Ask, texts: Sequence[str]) -> tuple[list[Prediction], int]:
    """Answers to the texts, and how many of them were asked for now. Raises what `ask` raises."""
    known = record.recorded(texts)
    rest = texts[len(known) :]
    if rest:
        try:
            answers = ask(rest)
        except BadAnswer as error:
            raise BadAnswer(len(known) + error.place, str(error)) from error
        record.add(rest, answers)
        known += answers
    return known, len(rest)


def _read(line: bytes, text: str) -> Prediction | None:
    if not line.endswith(b"\n"):  # torn, as the last one may be
        return None
    try:
        digest, label, scores = json.loads(line)
        return Prediction(label, tuple(scores)) if digest == _digest(text) else None
    except (ValueError, TypeError):
        return None


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
