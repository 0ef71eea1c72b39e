"""Making the artifact: loadable, described as the schema says, measured on what was never trained on."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from dataset import read_rows
from evaluate import evaluate, load
from inference import LABELS, input_fn, model_fn, predict_fn
from jsonschema import Draft202012Validator
from tiny import CONFIG, published_tokenizer, random_weights, write_corpus
from training.artifact import Trained, make_artifact
from training.calibration import Calibration
from training.config import EncoderConfig
from training.corpus import load_corpus
from training.manifest import Pretrained
from training.tokenizer import make_tokenizer

SCHEMA = json.loads((Path(__file__).parents[3] / "model" / "model.schema.json").read_bytes())
PRETRAINED: Pretrained = {"package": "tiny", "version": "1", "licence": "MIT", "sha256": "0" * 64}


def make(folder: Path, with_test: bool = True) -> tuple[Path, list[str]]:
    tokenizer = make_tokenizer(published_tokenizer())
    weights = dict(random_weights())
    words = weights["words.weight"]
    weights["words.weight"] = words.repeat(-(-tokenizer.get_vocab_size() // len(words)), axis=0)
    weights["positions.weight"] = weights["positions.weight"].repeat(7, axis=0)
    config = EncoderConfig(**{**CONFIG.__dict__, "max_position_embeddings": 280})
    trained = Trained(weights, config, tokenizer, PRETRAINED, {"epochs": 1}, {"python": "3"}, 0)
    said: list[str] = []
    corpus = load_corpus(write_corpus(folder / "data", with_test), 0)
    make_artifact(trained, corpus, folder / "out", folder / "work", said.append)
    return folder / "out", said


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    return make(tmp_path_factory.mktemp("made"))


@pytest.fixture
def manifest(made: tuple[Path, list[str]]) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((made[0] / "model.json").read_bytes())
    return content


def test_the_manifest_follows_the_schema(manifest: dict[str, Any]) -> None:
    Draft202012Validator(SCHEMA).validate(manifest)
    assert list(manifest["metrics"]) == ["dev/dev", "test/test"]
    assert [file["file"] for file in manifest["data"]] == [
        "train/first",
        "train/sst3-phrases",
        "train/suggestions",
        "train/suggestions-of-things",
    ]
    assert manifest["data"][0]["dropped"] == 3


def test_intervals_hold_the_figure(manifest: dict[str, Any]) -> None:
    for metrics in manifest["metrics"].values():
        for name, (low, high) in metrics["intervals"].items():
            assert low <= metrics[name] <= high


def test_it_answers_as_it_was_measured(made: tuple[Path, list[str]], manifest: dict[str, Any]) -> None:
    out, data = made[0], made[0].parent / "data"
    rows = read_rows(data / "test" / "test.jsonl")
    measured, again = manifest["metrics"]["test/test"], evaluate(load(out), rows)
    for name in ("accuracy", "macro_f1", "calibration_error"):
        assert measured[name] == pytest.approx(again[name])
    assert manifest["slices"]["length: 1-8 words"]["rows"] == len(rows) == 24  # of the test set alone


def test_its_scores_are_calibrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calibration = Calibration(2.0, (0.5, -0.2, -0.3))
    monkeypatch.setattr("training.artifact.fit_calibration", lambda _: calibration)
    out, _ = make(tmp_path)
    before, after = (
        predict_fn(input_fn("the soup is good", "text/csv"), model_fn(str(folder))).items[0]["scores"]
        for folder in (tmp_path / "work" / "uncalibrated", out)
    )
    offsets = zip(LABELS, calibration.offsets, strict=True)
    powers = [before[label] ** (1 / calibration.temperature) * math.exp(offset) for label, offset in offsets]
    expected = [power / sum(powers) for power in powers]
    assert [after[label] for label in LABELS] == pytest.approx(expected, abs=1e-3)


def test_one_that_is_there_stays_until_the_new_one_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "model.json").write_text("old")
    monkeypatch.setattr("training.artifact.set_metrics", interrupted)
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["model.json"]
    assert (tmp_path / "out" / "model.json").read_text() == "old"


def test_progress_is_told(made: tuple[Path, list[str]]) -> None:
    said = "\n".join(made[1])
    assert "calibration error" in said and "test/test: macro-F1" in said


def test_the_same_input_gives_the_same_bytes_and_no_test_set_changes_nothing_but_the_report(
    made: tuple[Path, list[str]], manifest: dict[str, Any], tmp_path: Path
) -> None:
    out, _ = make(tmp_path, with_test=False)
    for name in ("model.onnx", "tokenizer.json"):
        assert (out / name).read_bytes() == (made[0] / name).read_bytes()
    without = json.loads((out / "model.json").read_bytes())
    assert list(without["metrics"]) == ["dev/dev"]
    assert without["files"] == manifest["files"]
