"""What a model is sent for a batch of texts, and how it answers: ours, and SageMaker Autopilot's."""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan
from typing import Any

from analysis.problem import AnalysisError

_TOLERANCE = 1e-6
"""Rounded probabilities may leave [0, 1] by so much."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model says of one text."""

    label: str
    scores: tuple[float, ...]
    """Probabilities, in the order of the configuration's labels."""


class BadAnswer(AnalysisError):
    """A model's answer to one text is no prediction; `place` is the text's place in the batch, from 0."""

    def __init__(self, place: int, problem: str) -> None:
        super().__init__(problem)
        self.place = place


@dataclass(frozen=True)
class Format:
    """How a kind of model is asked."""

    content_type: str
    accept: str
    body: Callable[[Sequence[str]], bytes]
    answers: Callable[[bytes], list[Any]]
    """One {"label": …, "scores": {…}} for each text; raises ValueError, TypeError, KeyError or AttributeError
    where the body is something else.
    """


def predictions(answers: Sequence[object], labels: Sequence[str], number: int) -> list[Prediction]:
    """Checks what a model answered to so many texts. Raises BadAnswer, which never quotes an answer."""
    checked = [_prediction(answer, labels, place) for place, answer in enumerate(answers[:number])]
    if len(answers) != number:
        place = min(len(answers), number - 1)
        raise BadAnswer(place, f"the model gave {len(answers)} answers to {number} texts")
    return checked


def _prediction(answer: object, labels: Sequence[str], place: int) -> Prediction:
    if not isinstance(answer, Mapping):
        raise BadAnswer(place, "the model's answer is no JSON object")
    if "error" in answer:
        raise BadAnswer(place, f"the model refuses the text{_code(answer.get('code'))}")
    label, scores = answer.get("label"), answer.get("scores")
    if label not in labels:
        raise BadAnswer(place, f"the model's label is none of {', '.join(labels)}")
    values = [_probability(scores.get(name)) for name in labels] if isinstance(scores, Mapping) else [nan]
    if any(map(isnan, values)):
        raise BadAnswer(place, f"the model gives no probability of each of {', '.join(labels)}")
    return Prediction(str(label), tuple(values))


def _probability(value: object) -> float:
    """Not a number where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return nan
    return float(value) if -_TOLERANCE <= value <= 1 + _TOLERANCE else nan


def _code(code: object) -> str:
    """An error's code, where it is one: other words may be the text's."""
    return f" ({code})" if isinstance(code, str) and re.fullmatch("[a-z_]{1,40}", code) else ""


def _lines(texts: Sequence[str]) -> bytes:
    return "".join(f"{json.dumps({'text': text})}\n" for text in texts).encode()


def _objects(body: bytes) -> list[Any]:
    return [json.loads(line) for line in body.decode().removesuffix("\n").split("\n")]


def _rows(texts: Sequence[str]) -> bytes:
    """One quoted field a row, without line breaks, as src/model-client/csv.ts writes it."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([re.sub(r"\r\n|[\r\n]", " ", text)] for text in texts)
    return buffer.getvalue().encode()


def _autopilot(body: bytes) -> list[Any]:
    return [
        {
            "label": row.get("predicted_label"),
            "scores": dict(zip(_list(row.get("labels")), _list(row.get("probabilities")), strict=False)),
        }
        for row in json.loads(body)["predictions"]
    ]


def _list(value: object) -> list[Any]:
    """Lists may come as the text that Python prints of them."""
    found = json.loads(value.replace("'", '"')) if isinstance(value, str) else value
    return found if isinstance(found, list) else []


SERIN = Format("application/jsonlines", "application/jsonlines", _lines, _objects)
"""model/inference.py."""

AUTOPILOT = Format("text/csv", "application/json", _rows, _autopilot)
"""Autopilot's containers (docs.aws.amazon.com/sagemaker/latest/dg/canvas-deploy-model-invoke.html)."""
