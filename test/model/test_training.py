"""Training on generated sentences: deterministic, blind to what it is evaluated on, exported without loss."""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from inference import LABELS, Label, input_fn, model_fn, predict_fn
from jsonschema import Draft202012Validator
from train import main
from training.classifier import LinearModel
from training.export import export
from training.features import BUCKETS, make_feature_space
from training.vocabulary import make_tokenizer

SCHEMA = json.loads((Path(__file__).parents[2] / "model" / "model.schema.json").read_bytes())
ARTIFACT = ["model.onnx", "tokenizer.json", "model.json"]
OPINIONS: dict[Label, Sequence[str]] = {
    "positive": ("good", "great", "not bad", "lovely"),
    "neutral": ("blue", "here", "open", "round"),
    "negative": ("bad", "awful", "not good", "broken"),
}
THINGS = ("soup", "train", "lamp", "song", "@sam", "house", "https://a.example/b", "#day", "film", "shoe")


def rows(count: int, seed: int) -> list[dict[str, str]]:
    choose = random.Random(seed)
    return [
        {
            "text": f"The {choose.choice(THINGS)} {1000 * seed + n} is {choose.choice(OPINIONS[label])}!",
            "label": label,
        }
        for n in range(count)
        for label in LABELS
    ]


def write(path: Path, content: Sequence[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in content), encoding="utf-8")


def corpus(folder: Path, test: bool = True) -> Path:
    """A data directory with 3 copies of evaluated texts among its training rows."""
    dev = [*rows(8, 1), *[{"text": "Zebra zebra zebra", "label": "neutral"}] * 3]
    copies = [
        {"text": f"  {dev[0]['text'].upper()}", "label": "neutral"},
        {"text": f"{dev[1]['text'].replace('!', '')} https://t.example/1", "label": "neutral"},
        {"text": "zebra ZEBRA  zebra", "label": "neutral"},
    ]
    write(folder / "train" / "first.jsonl", [*rows(40, 2), *copies])
    write(folder / "train" / "sst3-phrases.jsonl", rows(20, 3))
    write(folder / "dev" / "dev.jsonl", dev)
    if test:
        write(folder / "test" / "test.jsonl", rows(8, 4))
    return folder


def train(data: Path, out: Path, seed: int = 0) -> Path:
    assert main(["--data", str(data), "--out", str(out), "--seed", str(seed)]) == 0
    return out


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corpus(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(data, tmp_path_factory.mktemp("trained"))


@pytest.fixture
def manifest(trained: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((trained / "model.json").read_bytes())
    return content


def test_it_learns_words_and_pairs_of_words(manifest: dict[str, Any], trained: Path) -> None:
    assert manifest["metrics"]["test/test"]["accuracy"] == 1
    texts = input_fn("The soup is not good\nThe soup is not bad", "text/csv")
    assert [item["label"] for item in predict_fn(texts, model_fn(str(trained))).items] == [
        "negative",
        "positive",
    ]


def test_the_manifest_describes_it(manifest: dict[str, Any]) -> None:
    Draft202012Validator(SCHEMA).validate(manifest)
    assert list(manifest["metrics"]) == ["dev/dev", "test/test"]
    assert manifest["hyperparameters"].keys() == {"balance", "C", "vocabulary", "buckets"}


def test_copies_of_evaluated_texts_are_dropped_and_counted(manifest: dict[str, Any]) -> None:
    counts = {file["file"]: (file["rows"], file["used"], file["dropped"]) for file in manifest["data"]}
    assert counts == {"train/first.jsonl": (123, 120, 3), "train/sst3-phrases.jsonl": (60, 60, 0)}


def test_evaluated_texts_are_not_learned(trained: Path) -> None:
    vocabulary = json.loads((trained / "tokenizer.json").read_bytes())["model"]["vocab"]
    assert "soup" in vocabulary and "zebra" not in vocabulary


def test_the_same_input_gives_the_same_bytes(data: Path, trained: Path, tmp_path: Path) -> None:
    again = train(data, tmp_path / "again")
    assert [(again / name).read_bytes() for name in ARTIFACT] == [
        (trained / name).read_bytes() for name in ARTIFACT
    ]


def test_the_test_set_and_other_folders_change_nothing_but_the_report(trained: Path, tmp_path: Path) -> None:
    data = corpus(tmp_path / "data", test=False)
    write(data / "bias" / "bias.jsonl", rows(5, 5))
    out = train(data, tmp_path / "out")
    assert (out / "model.onnx").read_bytes() == (trained / "model.onnx").read_bytes()
    assert list(json.loads((out / "model.json").read_bytes())["metrics"]) == ["dev/dev"]


def test_the_exported_graph_computes_the_linear_model(tmp_path: Path) -> None:
    tokenizer = make_tokenizer(["one two three four one two three four one two three four"])
    space = make_feature_space(tokenizer, seed=3)
    draw = np.random.default_rng(0)
    weights = draw.normal(size=(space.size, len(LABELS)))
    model = LinearModel(weights, draw.uniform(0, 9, space.size), np.array([0.1, 0.2, 0.3]))
    export(model, space, tmp_path / "model.onnx")
    texts = ["", "one", "two two unknown one", "four three two one " * 20]
    counts = space.count(tokenizer, texts)
    expected = (counts @ weights) / np.sqrt(np.maximum(1, counts @ model.squares))[:, None] + model.bias
    encodings = tokenizer.encode_batch(texts)
    mask = np.array([encoding.attention_mask for encoding in encodings])
    ids = np.where(
        mask, [encoding.ids for encoding in encodings], 5
    )  # what stands in the padding does not matter
    inputs = {"input_ids": ids, "attention_mask": mask}
    (logits,) = onnxruntime.InferenceSession(tmp_path / "model.onnx").run(["logits"], inputs)
    np.testing.assert_allclose(logits, expected, atol=2e-3)
    assert counts.shape == (4, tokenizer.get_vocab_size() + BUCKETS)


def test_an_empty_row_of_tokens_is_answered(trained: Path) -> None:
    nothing = np.zeros((1, 0), np.int64)
    session = onnxruntime.InferenceSession(trained / "model.onnx")
    (logits,) = session.run(["logits"], {"input_ids": nothing, "attention_mask": nothing})
    assert np.isfinite(logits).all()


@pytest.mark.parametrize("missing", ["train", "dev"])
def test_missing_folders_are_named(missing: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in {"train", "dev"} - {missing}:
        write(tmp_path / name / "rows.jsonl", rows(1, 0))
    assert main(["--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    message = capsys.readouterr().err
    assert (
        str(tmp_path / missing) in message
        and '{"text": "...", "label": "positive|neutral|negative"}' in message
    )
    assert not (tmp_path / "out").exists()


def test_a_label_without_rows_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "train" / "rows.jsonl", [row for row in rows(3, 0) if row["label"] != "neutral"])
    write(tmp_path / "dev" / "rows.jsonl", rows(1, 1))
    assert main(["--data", str(tmp_path)]) == 2
    assert "no row is labelled neutral" in capsys.readouterr().err
