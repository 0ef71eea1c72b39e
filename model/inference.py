"""Answers requests with sentiment predictions: SageMaker's script-mode functions, in a file that ships alone.

A model is a folder with `model.onnx` (int64 `input_ids` and `attention_mask` [batch, tokens] -> float32
`logits` [batch, 3]), `tokenizer.json` and `model.json` (`labels`, `maxTokens`, and in `files` the SHA-256 of
the other two). A server that forms batches itself calls `encode` and `predict_batch` instead of `predict_fn`.
"""

import csv
import hashlib
import io
import itertools
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal, TypedDict, TypeVar, final, get_args

# Before it is loaded: from 1.29 on, ONNX Runtime would tell its makers about models and machines.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
# Requests already run side by side; a thread pool inside each would fight for the same cores.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

Label = Literal["positive", "neutral", "negative"]
Shape = Literal["one", "many", "jsonlines", "csv"]
Tokens = npt.NDArray[np.int64]

LABELS: tuple[Label, ...] = get_args(Label)
# So many ordinary texts take a third of the 60 s that SageMaker gives a request, on the one core that a
# request has in its container: docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html.
MAX_TEXTS = 4_000
# What one run of the graph takes, padding counted. Two to four texts at once bring nearly all the gain that
# there is; more of long ones only take memory.
MAX_BATCH = 8
MAX_BATCH_TOKENS = 256
_SHAPES: dict[str, Shape] = {
    "application/json": "many",
    "application/jsonlines": "jsonlines",
    "application/x-jsonlines": "jsonlines",
    "text/csv": "csv",
}
_MEDIA_TYPES: dict[Shape, str] = {
    "one": "application/json",
    "many": "application/json",
    "jsonlines": "application/jsonlines",
    "csv": "text/csv",
}
_Part = TypeVar("_Part")
_TYPES_TAKEN = "application/json, application/jsonlines or text/csv"
_CHUNK = 256  # texts that are tokenized at once
# A tokenizer works on a whole text before it truncates, and takes a hundred times its memory.
_CHARACTERS_PER_TOKEN = 64
_SCORE_DECIMALS = 6

csv.field_size_limit(2**31 - 1)  # the default refuses texts of more than 131,072 characters


class InvalidArtifact(ValueError):
    """A model's file is not the one that was trained; the message names it and says what to do."""


class RequestError(ValueError):
    """A request that cannot be answered. Its message says what to change and never quotes the request."""

    status: ClassVar[int]
    code: ClassVar[str]


class InvalidInput(RequestError):
    """The body is not what its content type promises."""

    status = 400
    code = "invalid_input"


class TooManyTexts(RequestError):
    """The request holds more than MAX_TEXTS texts."""

    status = 413
    code = "too_many_texts"


class NotAcceptable(RequestError):
    """The request accepts no format that can be written."""

    status = 406
    code = "not_acceptable"


class UnsupportedContentType(RequestError):
    """The request's content type cannot be read."""

    status = 415
    code = "unsupported_content_type"


class Scores(TypedDict):
    """The probability of each label; they add up to 1 but for rounding."""

    positive: float
    neutral: float
    negative: float


@final
class Prediction(TypedDict):
    """The most probable label of one text, and the probabilities of all."""

    label: Label
    scores: Scores


@final
class Failure(TypedDict):
    """What answers a line that is no text, while the lines around it get their predictions."""

    error: str
    code: str
    line: int


@dataclass(frozen=True)
class Texts:
    """The texts of one request, and the shape in which they came.

    `bad` says what is wrong with each line, row or instance that is no text, by its number from 1.
    """

    items: Sequence[str]
    shape: Shape
    bad: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Predictions:
    """One prediction for each text, in the same order; shape and bad lines are the request's."""

    items: Sequence[Prediction]
    shape: Shape
    bad: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """A loaded model; safe to use from several threads."""

    session: onnxruntime.InferenceSession
    tokenizer: Tokenizer
    pad_id: int
    max_characters: int


def model_fn(model_dir: str) -> Model:
    """Loads the model in a folder.

    Raises OSError when a file is missing, InvalidArtifact when one is truncated, altered or of another model.
    """
    folder = Path(model_dir)
    manifest = _manifest(folder / "model.json")
    tokenizer = Tokenizer.from_file(str(_intact(folder / "tokenizer.json", manifest)))
    tokenizer.enable_truncation(manifest.max_tokens)
    pad_id = (tokenizer.padding or {}).get("pad_id", 0)
    tokenizer.no_padding()  # batches are formed and padded below
    session = _session(_intact(folder / "model.onnx", manifest))
    return Model(session, tokenizer, pad_id, manifest.max_tokens * _CHARACTERS_PER_TOKEN)


def input_fn(body: bytes | str, content_type: str) -> Texts:
    """Reads a request's texts; parameters of the content type are ignored, the body is UTF-8.

    Raises UnsupportedContentType or InvalidInput.
    """
    shape = _SHAPES.get(_media_type(content_type))
    if shape is None:
        raise UnsupportedContentType(f"The content type is not supported; send {_TYPES_TAKEN}.")
    texts = _READERS[shape](_decode(body))
    if texts.bad and not texts.items:
        raise InvalidInput(next(iter(texts.bad.values())))
    if not texts.items:
        raise InvalidInput("The request holds no text; send at least one.")
    return texts


def predict_fn(data: Texts, model: Model) -> Predictions:
    """Predicts every text; one beyond the model's maximum length is cut."""
    chunks = (data.items[start : start + _CHUNK] for start in range(0, len(data.items), _CHUNK))
    items = [prediction for chunk in chunks for prediction in _predict_chunk(chunk, model)]
    return Predictions(items, data.shape, data.bad)


def encode(texts: Sequence[str], model: Model) -> list[Tokens]:
    """The tokens of each text, at most the model's maximum; text far behind that is not even looked at."""
    cut = [_well_formed(text[: model.max_characters]) for text in texts]
    encodings = model.tokenizer.encode_batch_fast(cut)
    return [np.array(encoding.ids, np.int64) for encoding in encodings]


def predict_batch(batch: Sequence[Tokens], model: Model) -> list[Prediction]:
    """Predicts encoded texts in one run of the graph; where their lengths differ, it works on padding."""
    shape = len(batch), max(1, *map(len, batch))
    ids = np.full(shape, model.pad_id, np.int64)
    mask = np.zeros(shape, np.int64)
    for row, tokens in enumerate(batch):
        ids[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
    (logits,) = model.session.run(["logits"], {"input_ids": ids, "attention_mask": mask})
    return [_prediction(row) for row in _softmax(logits.astype(np.float64))]


def output_type(shape: Shape, accept: str) -> str:
    """The content type of an answer; `*/*` or nothing accepts the request's own. Raises NotAcceptable."""
    for media_range in accept.split(",") if accept.strip() else ["*/*"]:
        media_type = _media_type(media_range)
        accepted = shape if media_type == "*/*" else _SHAPES.get(media_type)
        if accepted is not None:
            return _MEDIA_TYPES[accepted]
    raise NotAcceptable(f"No accepted content type can be written; accept {_TYPES_TAKEN}.")


def output_fn(predictions: Predictions, accept: str) -> tuple[str, str]:
    """The response body and its content type. Raises NotAcceptable."""
    media_type = output_type(predictions.shape, accept)
    if media_type == "text/csv":
        return _to_csv(predictions), media_type
    if media_type == "application/jsonlines":
        return "".join(json.dumps(answer) + "\n" for answer in _answers(predictions)), media_type
    one = predictions.shape == "one"
    document = predictions.items[0] if one else {"predictions": list(_answers(predictions))}
    return json.dumps(document), media_type


@dataclass(frozen=True)
class _Manifest:
    labels: Sequence[str]
    max_tokens: int
    files: Mapping[str, str]


def _manifest(file: Path) -> _Manifest:
    try:
        content = json.loads(file.read_bytes())
        manifest = _Manifest(tuple(content["labels"]), int(content["maxTokens"]), dict(content["files"]))
    except (ValueError, TypeError, KeyError):
        raise InvalidArtifact(
            f"{file} is truncated, or lacks labels, maxTokens or files; pack the model again"
        ) from None
    if manifest.labels != LABELS:
        raise InvalidArtifact(f"{file} must list the labels of the logits as {list(LABELS)}")
    return manifest


def _intact(file: Path, manifest: _Manifest) -> Path:
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    if digest != manifest.files.get(file.name):
        raise InvalidArtifact(
            f"{file} is not the file whose SHA-256 model.json holds: it is truncated, altered or of another "
            "model; pack the model again"
        )
    return file


def _session(graph: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # The graph is written as it runs fastest: ONNX Runtime's further fusing makes it slower (docs/adr/0006).
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.enable_mem_pattern = False  # it would keep a plan for every shape of batch that was ever seen
    # By its name: a session made from bytes keeps them, beside what it makes of them.
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _media_type(value: str) -> str:
    return value.partition(";")[0].strip().lower()


def _decode(body: bytes | str) -> str:
    if isinstance(body, str):
        return body.removeprefix("\ufeff")
    try:
        return bytes(body).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput("The body is not valid UTF-8; encode it as UTF-8.") from None


def _read_json(body: str) -> Texts:
    document = _parse_json(body, "The body")
    if isinstance(document, dict) and document.keys() == {"instances"}:
        instances = document["instances"]
        if not isinstance(instances, list):
            raise InvalidInput('"instances" is not a list; send {"instances": [{"text": "..."}]}.')
        return _each(instances, lambda item, n: _text(item, f"Instance {n}"), "many")
    return Texts([_text(document, "The body")], "one")


def _read_jsonlines(body: str) -> Texts:
    _refuse_more_than_max(body.removesuffix("\n").count("\n") + 1)
    lines = body.removesuffix("\n").split("\n") if body else []
    return _each(lines, lambda line, n: _text(_parse_json(line, f"Line {n}"), f"Line {n}"), "jsonlines")


def _read_csv(body: str) -> Texts:
    reader = csv.reader(io.StringIO(body, newline=""), strict=True)
    try:
        rows = list(itertools.islice(reader, MAX_TEXTS + 1))
    except csv.Error:  # from here on, nobody knows where a row ends
        raise InvalidInput(
            f"Line {reader.line_num} is not valid CSV; quote texts as RFC 4180 says."
        ) from None
    return _each(rows, _only_column, "csv")


def _only_column(row: list[str], number: int) -> str:
    if len(row) > 1:
        raise InvalidInput(
            f"Row {number} has {len(row)} columns; send one, and quote texts that hold commas."
        )
    return row[0] if row else ""


def _each(parts: Sequence[_Part], read: Callable[[_Part, int], str], shape: Shape) -> Texts:
    """Reads every part of a request, and notes those that are no text."""
    _refuse_more_than_max(len(parts))
    texts: list[str] = []
    bad: dict[int, str] = {}
    for number, part in enumerate(parts, 1):
        try:
            texts.append(read(part, number))
        except InvalidInput as error:
            bad[number] = str(error)
    return Texts(texts, shape, bad)


def _refuse_more_than_max(count: int) -> None:
    if count > MAX_TEXTS:
        raise TooManyTexts(f"The request holds more than {MAX_TEXTS:,} texts; send them in several requests.")


_READERS: dict[Shape, Callable[[str], Texts]] = {
    "many": _read_json,
    "jsonlines": _read_jsonlines,
    "csv": _read_csv,
}


def _parse_json(document: str, place: str) -> object:
    try:
        parsed: object = json.loads(document)
    except (ValueError, RecursionError):  # ValueError: syntax, or an integer of thousands of digits
        raise InvalidInput(f'{place} is not valid JSON; send {{"text": "..."}}.') from None
    return parsed


def _text(item: object, place: str) -> str:
    if isinstance(item, dict) and item.keys() == {"text"} and isinstance(item["text"], str):
        return item["text"]
    raise InvalidInput(f'{place} is not an object with one string "text"; send {{"text": "..."}}.')


def _well_formed(text: str) -> str:
    """The text with lone surrogates, which no tokenizer takes, replaced by U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _predict_chunk(texts: Sequence[str], model: Model) -> list[Prediction]:
    encoded = encode(texts, model)
    by_length = sorted(range(len(encoded)), key=lambda index: len(encoded[index]))
    predicted: dict[int, Prediction] = {}
    while by_length:
        size = min(MAX_BATCH, max(1, MAX_BATCH_TOKENS // max(1, len(encoded[by_length[-1]]))))
        batch = [by_length.pop() for _ in range(min(size, len(by_length)))]
        predicted.update(zip(batch, predict_batch([encoded[index] for index in batch], model), strict=True))
    return [predicted[index] for index in range(len(encoded))]


def _softmax(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: npt.NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return probabilities


def _prediction(probabilities: npt.NDArray[np.float64]) -> Prediction:
    positive, neutral, negative = (round(float(value), _SCORE_DECIMALS) for value in probabilities)
    scores: Scores = {"positive": positive, "neutral": neutral, "negative": negative}
    return {"label": LABELS[int(probabilities.argmax())], "scores": scores}


def _answers(predictions: Predictions) -> Iterator[Prediction | Failure]:
    """What answers each line of the request, in its order."""
    items = iter(predictions.items)
    for number in range(1, len(predictions.items) + len(predictions.bad) + 1):
        if number in predictions.bad:
            yield {"error": predictions.bad[number], "code": InvalidInput.code, "line": number}
        else:
            yield next(items)


def _to_csv(predictions: Predictions) -> str:
    def rows() -> Iterator[list[str | float]]:
        for answer in _answers(predictions):
            if "code" in answer:
                yield [
                    answer["code"],
                    "",
                    "",
                    "",
                ]  # as many columns as any row; the row's place is its number
            else:
                yield [answer["label"], *(answer["scores"][label] for label in LABELS)]

    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerows(rows())
    return buffer.getvalue()
