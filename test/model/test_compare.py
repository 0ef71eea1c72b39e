"""The compare command: intervals, changed rows, verdicts, and what it refuses."""

import json
import shutil
import tarfile
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
import pytest
from compare import compare, main
from dataset import Row
from inference import LABELS
from onnx import numpy_helper

WORDS = ("good", "plain", "bad")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "words.jsonl"
    path.parent.mkdir()
    rows = [{"text": " ".join([WORDS[n % 3]] * (n // 30 + 1)), "label": LABELS[n % 3]} for n in range(90)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def worse_model(word_model: Path, tmp_path: Path) -> Path:
    """Takes "bad" for a good word."""
    folder = tmp_path / "worse"
    shutil.copytree(word_model, folder)
    graph = onnx.load(str(folder / "model.onnx"))
    for constant in graph.graph.initializer:
        if constant.name == "masked_weights":
            weights = numpy_helper.to_array(constant).copy()
            weights[5] = [2, 0, 0]
            constant.CopyFrom(numpy_helper.from_array(weights.astype(np.float32), constant.name))
    content = graph.SerializeToString()
    (folder / "model.onnx").write_bytes(content)
    manifest = json.loads((folder / "model.json").read_text())
    manifest["files"] = files_of(folder)
    (folder / "model.json").write_text(json.dumps(manifest))
    return folder


def files_of(folder: Path) -> dict[str, str]:
    return {
        name: sha256((folder / name).read_bytes()).hexdigest() for name in ("model.onnx", "tokenizer.json")
    }


def test_a_worse_version_is_told_by_exit_code_and_interval(
    word_model: Path, worse_model: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(word_model), str(worse_model), "--data", str(data), "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    (words,) = found["sets"]
    assert (found["verdict"], words["verdict"], words["name"], words["rows"]) == (
        "worse",
        "worse",
        "words",
        90,
    )
    assert words["changed"] == 30
    f1 = words["macro_f1"]
    assert (f1["a"], f1["b"]) == pytest.approx((1.0, (2 / 3 + 1 + 0) / 3))
    assert f1["low"] < f1["difference"] < f1["high"] < 0
    assert words["accuracy"]["difference"] == pytest.approx(-1 / 3)


def test_a_better_version_passes(
    word_model: Path, worse_model: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(worse_model), str(word_model), "--data", str(data.parent)]) == 0
    printed = capsys.readouterr().out
    assert "Version B is better." in printed and "Changed rows: 30, the first 10:" in printed
    assert "negative  A positive  B negative  bad\n" in printed


def _packed(model: Path, archive: Path) -> Path:
    with tarfile.open(archive, "w:gz") as packed:
        for path in model.iterdir():
            packed.add(path, path.name)
    return archive


def test_a_version_is_the_same_as_itself_also_when_packed(
    word_model: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = _packed(word_model, tmp_path / "model.tar.gz")
    changed = tmp_path / "changed.jsonl"
    arguments = [str(word_model), str(archive), "--data", str(data), "--json", "--changed", str(changed)]
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "same"
    assert changed.read_text() == ""


def test_all_changed_rows_can_be_written(
    word_model: Path, worse_model: Path, data: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "changed.jsonl"
    main([str(word_model), str(worse_model), "--data", str(data), "--changed", str(changed)])
    rows = [json.loads(line) for line in changed.read_text().splitlines()]
    assert len(rows) == 30
    assert rows[0] == {"text": "bad", "label": "negative", "a": "negative", "b": "positive"}


def test_a_difference_of_chance_is_no_verdict() -> None:
    rows = [Row(str(n), "positive" if n % 2 else "negative") for n in range(40)]
    right = [row.label for row in rows]
    nearly = ["neutral" if n == 0 else label for n, label in enumerate(right)]
    assert compare("chance", rows, right, nearly)["verdict"] == "same"


def test_equal_versions_are_rarely_called_worse() -> None:
    draw = np.random.default_rng(0)
    worse = 0
    for _ in range(200):
        truth, a, b = draw.integers(0, 3, (3, 150))
        a, b = (np.where(draw.random(150) < 0.7, truth, other) for other in (a, b))
        rows = [Row(str(n), LABELS[index]) for n, index in enumerate(truth)]
        worse += compare("x", rows, [LABELS[i] for i in a], [LABELS[i] for i in b])["verdict"] == "worse"
    assert worse / 200 <= 0.05  # 2.5 % by design


@pytest.mark.parametrize("name", ["none", "broken.tar.gz", "truncated.tar.gz"])
def test_an_unusable_version_is_named(
    name: str, word_model: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.tar.gz").write_bytes(b"no archive")
    whole = _packed(word_model, tmp_path / "whole.tar.gz").read_bytes()
    (tmp_path / "truncated.tar.gz").write_bytes(whole[: len(whole) // 2])
    assert main([str(word_model), str(tmp_path / name), "--data", str(data)]) == 2
    assert name in capsys.readouterr().err


def test_an_altered_version_is_refused(
    word_model: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "altered"
    shutil.copytree(word_model, folder)
    (folder / "tokenizer.json").write_text("{}")
    assert main([str(word_model), str(folder), "--data", str(data)]) == 2
    assert "tokenizer.json" in capsys.readouterr().err


def test_a_folder_without_data_is_named(
    word_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert main([str(word_model), str(word_model), "--data", str(tmp_path / "empty")]) == 2
    assert "empty: no *.jsonl file found" in capsys.readouterr().err
