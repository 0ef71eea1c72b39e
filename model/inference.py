"""Answers requests with sentiment predictions: SageMaker's script-mode functions, in a file that ships alone.

A model is a folder with `model.onnx` (int64 `input_ids` and `attention_mask` [batch, tokens] -> float32
`logits` [batch, 3]), `tokenizer.json` and `model.json` (`labels`, `maxTokens`). Nothing else matters here.
"""

import csv
import io
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, TypedDict, get_args

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Encoding, Tokenizer

# Requests already run side by side; a thread pool inside each would fight for the same cores.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

Label = Literal["positive", "neutral", "negative"]
Shape = Literal["one", "many", "jsonlines", "csv"]

LABELS: tuple[Label, ...] = get_args(Label)
_SHAPES: dict[str, Shape] = {
    "application/json": "many",
    "application/jsonlines": "jsonlines",
    "application/x-jsonlines": "jsonlines",
    "text/csv": "csv",
}
_TYPES_TAKEN = "application/json, application/jsonlines or text/csv"
_BATCH_SIZE = 32
_SCORE_DECIMALS = 6

csv.field_size_limit(2**31 - 1)  # the default refuses texts of more than 131,072 characters


class RequestError(ValueError):
    """A request that cannot be answered. Its message says what to change and never quotes the request."""

    status: ClassVar[int]
    code: ClassVar[str]


class InvalidInput(RequestError):
    """The body is not what its content type promises."""

    status = 400
    code = "invalid_input"


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


class Prediction(TypedDict):
    """The most probable label of one text, and the probabilities of all."""

    label: Label
    scores: Scores


@dataclass(frozen=True)
class Texts:
    """The texts of one request, and the shape in which they came."""

    items: Sequence[str]
    shape: Shape


@dataclass(frozen=True)
class Predictions:
    """One prediction for each text, in the same order, and the shape of the request."""

    items: Sequence[Prediction]
    shape: Shape


@dataclass(frozen=True)
class Model:
    """A loaded model; safe to use from several threads."""

    session: onnxruntime.InferenceSession
    tokenizer: Tokenizer
    pad_id: int


def model_fn(model_dir: str) -> Model:
    """Loads the model in a folder.

    Raises OSError when a file is missing, ValueError when the model's labels are not LABELS in this order.
    """
    folder = Path(model_dir)
    manifest = json.loads((folder / "model.json").read_bytes())
    if tuple(manifest["labels"]) != LABELS:
        raise ValueError(f"model.json must list the labels of the logits as {list(LABELS)}")
    tokenizer = Tokenizer.from_str((folder / "tokenizer.json").read_text(encoding="utf-8"))
    pad_id = (tokenizer.padding or {}).get("pad_id", 0)
    tokenizer.no_padding()  # batches are formed and padded below
    tokenizer.enable_truncation(manifest["maxTokens"])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    graph = (folder / "model.onnx").read_bytes()
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    return Model(session, tokenizer, pad_id)


def input_fn(body: bytes | str, content_type: str) -> Texts:
    """Reads a request's texts; parameters of the content type are ignored, the body is UTF-8.

    Raises UnsupportedContentType or InvalidInput.
    """
    shape = _SHAPES.get(_media_type(content_type))
    if shape is None:
        raise UnsupportedContentType(f"The content type is not supported; send {_TYPES_TAKEN}.")
    texts = _READERS[shape](_decode(body))
    if not texts.items:
        raise InvalidInput("The request holds no text; send at least one.")
    return texts


def predict_fn(data: Texts, model: Model) -> Predictions:
    """Predicts every text, in batches of similar length; a text beyond the model's maximum length is cut."""
    encodings = model.tokenizer.encode_batch_fast([_well_formed(text) for text in data.items])
    by_length = sorted(range(len(encodings)), key=lambda index: len(encodings[index].ids))
    logits = np.empty((len(encodings), len(LABELS)))
    for start in range(0, len(by_length), _BATCH_SIZE):
        batch = by_length[start : start + _BATCH_SIZE]
        logits[batch] = _run(model, [encodings[index] for index in batch])
    return Predictions([_prediction(row) for row in _softmax(logits)], data.shape)


def output_fn(predictions: Predictions, accept: str) -> tuple[str, str]:
    """The response body and its content type; `*/*` or nothing accepts the request's own format.

    Raises NotAcceptable.
    """
    for media_range in accept.split(",") if accept.strip() else ["*/*"]:
        media_type = _media_type(media_range)
        shape = predictions.shape if media_type == "*/*" else _SHAPES.get(media_type)
        if shape == "csv":
            return _to_csv(predictions.items), "text/csv"
        if shape == "jsonlines":
            return "".join(json.dumps(item) + "\n" for item in predictions.items), "application/jsonlines"
        if shape is not None:
            one = predictions.shape == "one"
            document = predictions.items[0] if one else {"predictions": predictions.items}
            return json.dumps(document), "application/json"
    raise NotAcceptable(f"No accepted content type can be written; accept {_TYPES_TAKEN}.")


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
        return Texts([_text(item, f"Instance {n}") for n, item in enumerate(instances, 1)], "many")
    return Texts([_text(document, "The body")], "one")


def _read_jsonlines(body: str) -> Texts:
    lines = body.removesuffix("\n").split("\n") if body else []
    places = ((f"Line {n}", line) for n, line in enumerate(lines, 1))
    return Texts([_text(_parse_json(line, place), place) for place, line in places], "jsonlines")


def _read_csv(body: str) -> Texts:
    try:
        rows = list(csv.reader(io.StringIO(body, newline=""), strict=True))
    except csv.Error:
        raise InvalidInput("The body is not valid CSV; quote texts as RFC 4180 says.") from None
    for n, row in enumerate(rows, 1):
        if len(row) > 1:
            raise InvalidInput(f"Row {n} has {len(row)} columns; send one, and quote texts that hold commas.")
    return Texts([row[0] if row else "" for row in rows], "csv")


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


def _run(model: Model, encodings: Sequence[Encoding]) -> npt.NDArray[np.float32]:
    shape = len(encodings), max(1, *(len(encoding.ids) for encoding in encodings))
    ids = np.full(shape, model.pad_id, np.int64)
    mask = np.zeros(shape, np.int64)
    for row, encoding in enumerate(encodings):
        ids[row, : len(encoding.ids)] = encoding.ids
        mask[row, : len(encoding.ids)] = 1
    logits: npt.NDArray[np.float32]
    (logits,) = model.session.run(["logits"], {"input_ids": ids, "attention_mask": mask})
    return logits


def _softmax(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: npt.NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return probabilities


def _prediction(probabilities: npt.NDArray[np.float64]) -> Prediction:
    positive, neutral, negative = (round(float(value), _SCORE_DECIMALS) for value in probabilities)
    scores: Scores = {"positive": positive, "neutral": neutral, "negative": negative}
    return {"label": LABELS[int(probabilities.argmax())], "scores": scores}


def _to_csv(items: Sequence[Prediction]) -> str:
    def rows() -> Iterator[list[str | float]]:
        for item in items:
            scores = item["scores"]
            yield [item["label"], scores["positive"], scores["neutral"], scores["negative"]]

    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerows(rows())
    return buffer.getvalue()
