"""The contract of inference.py: formats in, predictions, formats out, and errors that say what to change."""

import csv
import io
import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inference import (
    InvalidInput,
    Model,
    NotAcceptable,
    Predictions,
    RequestError,
    UnsupportedContentType,
    input_fn,
    model_fn,
    output_fn,
    predict_fn,
)

JSON, JSONLINES, CSV = "application/json", "application/jsonlines", "text/csv"
SAMPLES = Path(__file__).parents[1] / "samples" / "dynasent.jsonl"


@pytest.fixture(scope="module")
def words(word_model: Path) -> Model:
    return model_fn(str(word_model))


@pytest.fixture(scope="module")
def shipped(artifact: Path) -> Model:
    return model_fn(str(artifact))


def answer(model: Model, body: bytes | str, content_type: str = JSON, accept: str = "*/*") -> tuple[str, str]:
    return output_fn(predict_fn(input_fn(body, content_type), model), accept)


def many(model: Model, texts: list[str]) -> list[dict[str, Any]]:
    body = json.dumps({"instances": [{"text": text} for text in texts]})
    predictions: list[dict[str, Any]] = json.loads(answer(model, body)[0])["predictions"]
    return predictions


def test_one_text(words: Model) -> None:
    body, content_type = answer(words, '{"text": "good good plain"}')
    total = math.exp(4) + math.exp(2.5) + 1
    scores = {"positive": math.exp(4) / total, "neutral": math.exp(2.5) / total, "negative": 1 / total}
    assert content_type == JSON
    assert json.loads(body) == {"label": "positive", "scores": pytest.approx(scores, abs=1e-6)}


def test_many_texts_keep_their_order_over_batches_of_mixed_lengths(words: Model) -> None:
    texts = [f"{word} " * (n % 6 + 1) for n in range(50) for word in ("bad", "good", "plain")]
    assert [prediction["label"] for prediction in many(words, texts)] == [
        "negative",
        "positive",
        "neutral",
    ] * 50


def test_padding_is_masked_and_has_the_tokenizers_id(words: Model) -> None:
    texts = ["good", "bad bad plain good good good", ""]
    assert many(words, texts) == [many(words, [text])[0] for text in texts]


def test_many_is_a_list_even_for_one(words: Model) -> None:
    assert [prediction["label"] for prediction in many(words, ["bad"])] == ["negative"]


@pytest.mark.parametrize(
    "content_type", [JSONLINES, "application/x-jsonlines", "Application/JSONLines; charset=utf-8"]
)
@pytest.mark.parametrize("end", ["", "\n"])
def test_json_lines(words: Model, content_type: str, end: str) -> None:
    body, answered = answer(words, '{"text": "bad"}\r\n{"text": "good\u2028good"}' + end, content_type)
    assert [json.loads(line)["label"] for line in body.splitlines()] == ["negative", "positive"]
    assert body.endswith("\n") and answered == JSONLINES


def test_csv(words: Model) -> None:
    body, content_type = answer(words, 'good\r\n"bad, ""so"" bad\nbad"\r\n\r\nplain', CSV)
    rows = list(csv.reader(io.StringIO(body)))
    assert content_type == CSV
    # the empty line is an empty text: dropping it would shift every later answer
    assert [row[0] for row in rows] == ["positive", "negative", "neutral", "neutral"]
    assert [sum(map(float, row[1:])) for row in rows] == [pytest.approx(1, abs=1e-5)] * 4
    assert float(rows[0][1]) > float(rows[0][2]) > float(rows[0][3])


@pytest.mark.parametrize("accept", ["", "*/*", "image/png, */*;q=0.1"])
def test_any_accept_answers_as_asked(words: Model, accept: str) -> None:
    for body, content_type in [('{"text": ""}', JSON), ('{"text": ""}', JSONLINES), ("good", CSV)]:
        assert answer(words, body, content_type, accept)[1] == content_type


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (JSON, {"predictions"}),
        (f"image/png, {JSON}; q=0.5", {"predictions"}),
        ("application/x-jsonlines", {"label", "scores"}),
    ],
)
def test_accept_chooses_the_format(words: Model, accept: str, expected: set[str]) -> None:
    assert json.loads(answer(words, "good", CSV, accept)[0]).keys() == expected


def test_bytes_and_str_and_a_byte_order_mark_are_the_same(words: Model) -> None:
    plain = '{"text": "good"}'
    bodies: list[bytes | str] = [plain, plain.encode(), plain.encode("utf-8-sig"), "\ufeff" + plain]
    assert len({answer(words, body) for body in bodies}) == 1


@pytest.mark.parametrize(
    ("body", "content_type", "says"),
    [
        ("", JSON, "not valid JSON"),
        ("{secret", JSON, "not valid JSON"),
        ("[" * 100_000, JSON, "not valid JSON"),
        ("9" * 5000, JSON, "not valid JSON"),
        (b'{"text": "secret \xff"}', JSON, "UTF-8"),
        ('"secret"', JSON, 'send {"text"'),
        ('{"text": ["secret"]}', JSON, 'send {"text"'),
        ('{"text": "secret", "secret": 1}', JSON, 'send {"text"'),
        ('{"instances": "secret"}', JSON, '"instances" is not a list'),
        ('{"instances": []}', JSON, "at least one"),
        ('{"instances": [{"text": ""}, "secret"]}', JSON, "Instance 2 "),
        ("", JSONLINES, "at least one"),
        ('{"text": ""}\n\n{"text": "secret"}', JSONLINES, "Line 2 "),
        ('{"text": ""}\n{"text": 1}', JSONLINES, "Line 2 "),
        ("", CSV, "at least one"),
        ("good\nsecret,words", CSV, "Row 2 has 2 columns"),
        ('"secret', CSV, "not valid CSV"),
        ('"secret" words', CSV, "not valid CSV"),
    ],
)
def test_bad_bodies(body: bytes | str, content_type: str, says: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        input_fn(body, content_type)
    assert says in str(raised.value)
    assert "secret" not in str(raised.value)
    assert (raised.value.status, raised.value.code) == (400, "invalid_input")


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/xml; charset=utf-8", "application/json2"]
)
def test_unsupported_content_types(content_type: str) -> None:
    with pytest.raises(UnsupportedContentType, match=r"send application/json, .*text/csv") as raised:
        input_fn("{}", content_type)
    assert raised.value.status == 415


@pytest.mark.parametrize("accept", ["text/plain", "image/*, text/html"])
def test_unsupported_accepts(accept: str) -> None:
    with pytest.raises(NotAcceptable, match="accept application/json") as raised:
        output_fn(Predictions([], "one"), accept)
    assert isinstance(raised.value, RequestError) and raised.value.status == 406


def test_long_texts_are_cut(words: Model) -> None:
    cut, whole = many(words, ["good " * 7 + "bad " * 100, "good " * 7])
    assert cut == whole


def test_a_long_csv_field_is_read(words: Model) -> None:
    assert answer(words, "good " * 100_000, CSV)[0].startswith("positive,")


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "\ud800", "\udc00 good \ud83d", "👍🏽" * 50, "ﷺ" * 300, "a" * 100_000]
)
def test_strange_texts_are_answered(shipped: Model, text: str) -> None:
    (prediction,) = many(shipped, [text])
    assert sum(prediction["scores"].values()) == pytest.approx(1, abs=1e-5)


@settings(deadline=None, max_examples=50)
@given(texts=st.lists(st.text(st.characters(), max_size=40), min_size=1, max_size=5))
def test_every_text_gets_its_most_probable_label(shipped: Model, texts: list[str]) -> None:
    predictions = many(shipped, texts)
    assert len(predictions) == len(texts)
    for prediction in predictions:
        assert prediction["scores"][prediction["label"]] == max(prediction["scores"].values())


def test_an_answer_does_not_depend_on_the_batch(shipped: Model) -> None:
    texts = [json.loads(line)["text"] for line in SAMPLES.read_text(encoding="utf-8").splitlines()]
    texts = ["", *texts, " ".join(texts[:40])]
    assert many(shipped, texts) == [many(shipped, [text])[0] for text in texts]
    assert many(shipped, texts[::-1]) == many(shipped, texts)[::-1]


def test_the_shipped_model_knows_its_trade(shipped: Model) -> None:
    texts = ["I love it, wonderful work!", "The train leaves at nine.", "This is terrible, I hate it."]
    assert [prediction["label"] for prediction in many(shipped, texts)] == ["positive", "neutral", "negative"]


def test_a_model_with_other_labels_is_refused(word_model: Path, tmp_path: Path) -> None:
    other = shutil.copytree(word_model, tmp_path / "other")
    (other / "model.json").write_text('{"labels": ["negative", "neutral", "positive"], "maxTokens": 8}')
    with pytest.raises(ValueError, match="labels of the logits"):
        model_fn(str(other))


def test_a_missing_file_is_named(word_model: Path, tmp_path: Path) -> None:
    incomplete = shutil.copytree(word_model, tmp_path / "incomplete")
    (incomplete / "tokenizer.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"tokenizer\.json"):
        model_fn(str(incomplete))
