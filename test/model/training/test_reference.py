"""What training texts look like: the sample, its histograms, and the command for artifacts without them."""

import json
from collections import Counter
from pathlib import Path

import pytest
from dataset import Row
from inference import Prediction
from reference import main
from tiny import write_corpus
from training import reference
from training.corpus import Corpus, LabelledFile, load_corpus
from training.reference import reference_of, sample


def _rows(name: str, number: int) -> list[Row]:
    return [Row(f"{name} {index}", "neutral") for index in range(number)]


def _answer(positive: float) -> Prediction:
    return {"label": "positive", "scores": {"positive": positive, "neutral": 1 - positive, "negative": 0}}


def test_a_sample_has_of_each_file_what_an_epoch_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "SAMPLE", 150)
    files = [
        LabelledFile("train/dynasent-r1-dev", "0", _rows("a", 1_000)),  # repeated 3 times
        LabelledFile("train/goemotions", "0", _rows("b", 4_000)),  # every other row
    ]
    found = sample(files, seed=0)
    assert Counter(row.text[0] for row in found) == {"a": 90, "b": 60}
    assert len(set(found)) == len(found)
    assert sample(files, seed=0) == found != sample(files, seed=1)


def test_every_text_is_counted_once_by_each_feature() -> None:
    rows = [Row(text, "positive") for text in ("x" * 15, "x" * 16, "the the", "123")]
    found = reference_of(rows, [_answer(0.5), _answer(0.8999), _answer(0.9), _answer(1)])
    counts = {name: list(one["counts"]) for name, one in found["histograms"].items()}
    assert counts["textBytes"] == [3, 1, 0, 0, 0, 0, 0]
    assert counts["confidence"] == [0, 0, 1, 0, 0, 1, 2]  # cut, not rounded
    assert counts["sentiment"] == [4, 0, 0]
    assert sum(counts["unknownWords"]) == 3  # a text without words has no share
    assert found["texts"] == 4


@pytest.fixture
def trained_on(tmp_path: Path, artifact: Path) -> Path:
    """A copy of the artifact that says that it was trained on a tiny corpus."""
    copy = tmp_path / "artifact"
    copy.mkdir()
    for file in artifact.iterdir():
        (copy / file.name).symlink_to(file)
    manifest = json.loads((artifact / "model.json").read_bytes())
    corpus = reference_corpus(tmp_path)
    manifest["data"] = [{"file": file.name, "sha256": file.sha256} for file in corpus.train]
    del manifest["reference"]
    (copy / "model.json").unlink()
    (copy / "model.json").write_text(json.dumps(manifest))
    return copy


def reference_corpus(folder: Path) -> Corpus:
    return load_corpus(write_corpus(folder / "data"), 0)


def test_the_command_adds_the_section_and_changes_nothing_else(
    tmp_path: Path, trained_on: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference, "SAMPLE", 20)
    before = json.loads((trained_on / "model.json").read_bytes())
    assert main(["--data", str(tmp_path / "data"), "--artifact", str(trained_on)]) == 0
    after = json.loads((trained_on / "model.json").read_bytes())
    section = after.pop("reference")
    assert after == before
    assert section["texts"] == sum(section["histograms"]["sentiment"]["counts"])


def test_other_data_than_the_training_data_are_refused(
    tmp_path: Path, artifact: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write_corpus(tmp_path / "data")
    assert main(["--data", str(data), "--artifact", str(artifact)]) == 2
    assert "is not what the model was trained on" in capsys.readouterr().err


def test_a_missing_artifact_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = write_corpus(tmp_path / "data")
    assert main(["--data", str(data), "--artifact", str(tmp_path / "none")]) == 2
    assert "model.json: No such file or directory; name a folder with a model" in capsys.readouterr().err
