"""The contract of inference.py: formats in, predictions, formats out, and errors that say what to change."""

import csv
import io
import json
import math
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inference import (
    MAX_TEXTS,
    InvalidArtifact,
    InvalidInput,
    Model,
    NotAcceptable,
    Predictions,
    RequestError,
    TooManyTexts,
    UnsupportedContentType,
    input_fn,
    model_fn,
    output_fn,
    predict_fn,
)

JSON, JSONLINES, CSV = "application/json", "application/jsonlines", "text/csv"


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
        ('{"instances": ["secret", {"text": 1}]}', JSON, "Instance 1 "),
        ("", JSONLINES, "at least one"),
        ('secret\n\n{"text": 1}', JSONLINES, "Line 1 "),
        ("", CSV, "at least one"),
        ("secret,words\nsecret,words,", CSV, "Row 1 has 2 columns"),
        ('good\n"secret', CSV, "Line 2 is not valid CSV"),
        ('good\n"secret" words\nbad', CSV, "Line 2 is not valid CSV"),
    ],
)
def test_bad_bodies(body: bytes | str, content_type: str, says: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        input_fn(body, content_type)
    assert says in str(raised.value)
    assert "secret" not in str(raised.value)
    assert (raised.value.status, raised.value.code) == (400, "invalid_input")


@pytest.mark.parametrize("bad", ["secret", "", '{"text": 1}', '["good"]', '{"text": "good", "secret": 1}'])
def test_a_bad_line_fails_alone(words: Model, bad: str) -> None:
    body = answer(words, f'{{"text": "good"}}\n{bad}\n{{"text": "bad"}}\n', JSONLINES)[0]
    first, failed, last = map(json.loads, body.splitlines())
    assert (first["label"], last["label"]) == ("positive", "negative")
    assert failed == {"error": failed["error"], "code": "invalid_input", "line": 2}
    assert failed["error"].startswith("Line 2 ") and "secret" not in failed["error"]


def test_a_bad_instance_fails_alone(words: Model) -> None:
    body = answer(words, '{"instances": [{"text": "good"}, "secret", {"text": "bad"}]}')[0]
    first, failed, last = json.loads(body)["predictions"]
    assert (first["label"], failed["line"], last["label"]) == ("positive", 2, "negative")
    assert failed["error"].startswith("Instance 2 ")


def test_a_bad_row_keeps_its_place_and_its_columns(words: Model) -> None:
    body = answer(words, "good\nsecret,words\nbad", CSV)[0]
    rows = list(csv.reader(io.StringIO(body)))
    assert [row[0] for row in rows] == ["positive", "invalid_input", "negative"]
    assert rows[1] == ["invalid_input", "", "", ""]


def test_a_bad_row_says_what_is_wrong_where_the_format_can(words: Model) -> None:
    body = answer(words, "good\nsecret,words\nbad", CSV, JSONLINES)[0]
    assert json.loads(body.splitlines()[1]) == {
        "error": "Row 2 has 2 columns; send one, and quote texts that hold commas.",
        "code": "invalid_input",
        "line": 2,
    }


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ('{"text": ""}\n' * (MAX_TEXTS + 1), JSONLINES),
        ("\n" * (MAX_TEXTS + 1), CSV),
        (json.dumps({"instances": [{"text": ""}] * (MAX_TEXTS + 1)}), JSON),
    ],
)
def test_there_is_a_greatest_number_of_texts(body: str, content_type: str) -> None:
    with pytest.raises(TooManyTexts, match="more than 4,000 texts; send them in several") as raised:
        input_fn(body, content_type)
    assert (raised.value.status, raised.value.code) == (413, "too_many_texts")


def test_the_greatest_number_of_texts_is_read() -> None:
    assert len(input_fn('{"text": ""}\n' * MAX_TEXTS, JSONLINES).items) == MAX_TEXTS


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


def test_the_shipped_model_knows_its_trade(shipped: Model) -> None:
    texts = ["I love it, wonderful work!", "The train leaves at nine.", "This is terrible, I hate it."]
    assert [prediction["label"] for prediction in many(shipped, texts)] == ["positive", "neutral", "negative"]


@pytest.fixture
def broken(word_model: Path, tmp_path: Path) -> Path:
    """A copy of the model, to be broken."""
    return shutil.copytree(word_model, tmp_path / "broken")


def test_a_model_with_other_labels_is_refused(broken: Path) -> None:
    manifest = json.loads((broken / "model.json").read_text())
    (broken / "model.json").write_text(json.dumps({**manifest, "labels": manifest["labels"][::-1]}))
    with pytest.raises(InvalidArtifact, match="labels of the logits"):
        model_fn(str(broken))


@pytest.mark.parametrize("name", ["model.json", "model.onnx", "tokenizer.json"])
def test_a_truncated_file_is_refused_by_name(broken: Path, name: str) -> None:
    (broken / name).write_bytes((broken / name).read_bytes()[:-1])
    with pytest.raises(InvalidArtifact, match=f"{name} is .*truncated"):
        model_fn(str(broken))


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_an_altered_file_is_refused_by_name(broken: Path, name: str) -> None:
    content = bytearray((broken / name).read_bytes())
    content[len(content) // 2] ^= 1
    (broken / name).write_bytes(content)
    with pytest.raises(InvalidArtifact, match=f"{name} is .*altered"):
        model_fn(str(broken))


def test_the_tokenizer_of_another_model_is_refused(broken: Path, artifact: Path) -> None:
    shutil.copy(artifact / "tokenizer.json", broken)
    with pytest.raises(InvalidArtifact, match=r"tokenizer\.json is .*of another model"):
        model_fn(str(broken))


@pytest.mark.parametrize("key", ["labels", "maxTokens", "files"])
def test_an_incomplete_manifest_is_refused(broken: Path, key: str) -> None:
    manifest = json.loads((broken / "model.json").read_text())
    del manifest[key]
    (broken / "model.json").write_text(json.dumps(manifest))
    with pytest.raises(InvalidArtifact, match=rf"model\.json .*lacks .*{key}"):
        model_fn(str(broken))


def test_a_missing_file_is_named(word_model: Path, tmp_path: Path) -> None:
    incomplete = shutil.copytree(word_model, tmp_path / "incomplete")
    (incomplete / "tokenizer.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"tokenizer\.json"):
        model_fn(str(incomplete))


def test_nothing_is_recorded_about_its_use(artifact: Path, tmp_path: Path) -> None:
    model = f"inference.model_fn({str(artifact)!r})"
    script = f"import inference; inference.predict_fn(inference.Texts(['Good'], 'many'), {model})"
    environment = {"PYTHONPATH": str(Path("model").resolve()), "TMPDIR": str(tmp_path), "HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)
    assert list(tmp_path.iterdir()) == []
