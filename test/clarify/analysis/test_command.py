"""`python -m analysis`: a whole report or none."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from analysis.__main__ import main
from analysis.config import configuration
from analysis.dataset import read_dataset

Json = dict[str, Any]
Write = Callable[..., Path]
People = Callable[..., list[Json]]
Command = Callable[..., int]


@pytest.fixture
def command(document: Json, write: Write, tmp_path: Path) -> Command:
    def run(rows: list[Json], *arguments: str, out: str = "out", **changes: object) -> int:
        (tmp_path / "config.json").write_text(json.dumps(document | changes))
        files = ["--config", str(tmp_path / "config.json"), "--data", str(write(rows))]
        quick = ["--replicates", "100", "--at", "2026-03-02"]
        return main([*files, "--out", str(tmp_path / out), *quick, *arguments])

    return run


def _report(tmp_path: Path, out: str = "out") -> Json:
    document: Json = json.loads((tmp_path / out / "analysis.json").read_text())
    return document


def test_leaves_the_three_files(command: Command, people: People, tmp_path: Path) -> None:
    assert command(people(200), "--model", "2.0") == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "analysis.json",
        "dataset.csv",
        "report.html",
    ]
    assert _report(tmp_path)["serin"]["model"] == "2.0"


def test_every_figure_can_be_computed_again(
    command: Command, people: People, tmp_path: Path, document: Json
) -> None:
    command(people(200))
    copy = tmp_path / "out/dataset.csv"
    with copy.open() as file:
        assert "text" not in next(csv.reader(file))
    again = read_dataset(copy, configuration(document))
    first = read_dataset(tmp_path / "data.csv", configuration(document))
    assert (again.label.codes == first.label.codes).all()
    assert (again.facets["gender"].codes == first.facets["gender"].codes).all()


def test_the_same_input_gives_the_same_files(command: Command, people: People, tmp_path: Path) -> None:
    for out in ("out", "again"):
        command(people(200), out=out)
    for name in ("analysis.json", "dataset.csv", "report.html"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_weeks_are_compared(command: Command, people: People, tmp_path: Path) -> None:
    command(people(600), "--at", "2026-02-23", out="weeks/1")
    rows = [
        {key: row[key] for key in row if key != "baseline_predicted_label"} for row in people(600, harm=0.6)
    ]
    assert command(rows, "--history", str(tmp_path / "weeks"), "--gate") == 3
    changes = _report(tmp_path)["serin"]["facets"]["gender"][0]["metrics"]["RD"]["changes"]
    assert changes["history"]["verdict"] == "worse"


def test_the_gate_is_shut_by_harm_alone(command: Command, people: People) -> None:
    assert command(people(600, harm=0.6)) == 0
    assert command(people(600, harm=0.6), "--gate") == 3
    assert command(people(600), "--gate") == 0


def test_bad_input_leaves_nothing(
    command: Command, people: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = people(20)
    rows[7]["label"] = "good"
    assert command(rows) == 1
    assert "row 8, column 'label': the value is 'good'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_report_that_fails_leaves_the_last_one(
    command: Command, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command(people(100))
    before = (tmp_path / "out/analysis.json").read_bytes()
    monkeypatch.setattr("analysis.__main__.write_dataset", _full_disk)
    assert command(people(50)) == 1
    assert (tmp_path / "out/analysis.json").read_bytes() == before
    assert len(list((tmp_path / "out").iterdir())) == 3


def _full_disk(*arguments: object) -> None:
    raise OSError(28, "No space left on device")


def _interrupt(*arguments: object) -> None:
    raise KeyboardInterrupt


def test_an_interruption_leaves_nothing(
    command: Command,
    people: People,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("analysis.reporting.analyse", _interrupt)
    assert command(people(20)) == 130
    assert "interrupted; no report is written" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_named(
    command: Command, people: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("a file")
    assert command(people(20)) == 1
    assert "out cannot be written" in capsys.readouterr().err


def test_predictions_are_needed_though_a_model_could_be_asked(
    command: Command, people: People, document: Json, capsys: pytest.CaptureFixture[str]
) -> None:
    del document["predicted_label"]
    assert command(people(20), predictor={"content_type": "text/csv"}) == 1
    assert (
        "needs predicted_label, the column of predicted labels; `python -m job` asks"
        in capsys.readouterr().err
    )


def test_examples_are_of_probe_data_alone(command: Command, people: People, tmp_path: Path) -> None:
    rows = [row | {"text": f"sentence {row['id']}"} for row in people(200)]
    command(rows)
    assert "sentence text-" not in (tmp_path / "out/report.html").read_text()
    command(rows, "--probe")
    assert "sentence text-" in (tmp_path / "out/report.html").read_text()


def test_examples_need_families(command: Command, people: People, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{key: row[key] for key in row if key != "template"} for row in people(20)]
    assert command(rows, "--probe") == 1
    assert "examples need predictions and the columns template and text" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [("--at", "yesterday"), ("--seed", "x"), ("--nothing",), ("--intersection", "gender")]
)
def test_wrong_arguments_are_refused(command: Command, people: People, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit, match="2"):
        command(people(20), *arguments)
