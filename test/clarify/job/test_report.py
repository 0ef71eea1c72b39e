"""`python -m job`: what a report holds, and what bad data do."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from analysis.__main__ import main as analyse
from fault_proxy import FaultProxy, changed

Row = dict[str, str]
Job = Callable[..., int]


def _read(path: Path) -> list[Row]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _summary(tmp_path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((tmp_path / "out/summary.json").read_text())
    return document


def _left_out(tmp_path: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads((tmp_path / "out/analysis.json").read_text())["serin"]["data"][
        "left_out"
    ]
    return found


def test_a_report_is_whole(job: Job, rows: list[Row], tmp_path: Path) -> None:
    assert job(rows, "--probe") == 0
    assert sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.*")) == [
        "analysis.json",
        "dataset.csv",
        "explanations_shap/out.jsonl",
        "report.html",
        "summary.json",
    ]
    summary = _summary(tmp_path)
    assert (summary["model"], summary["baseline"], summary["drift"]) == ("2.0", None, None)
    assert summary["verdict"] == "insufficient data"
    assert summary["importance"]["texts"] == 16
    assert list((tmp_path / "work").iterdir()) == []


def test_the_data_set_has_the_models_answers(job: Job, rows: list[Row], tmp_path: Path) -> None:
    job(rows, "--probe")
    written = _read(tmp_path / "out/dataset.csv")
    assert [row["id"] for row in written] == [row["id"] for row in rows]
    assert [row["predicted_label"] for row in written] == [row["label"] for row in rows]
    for row in written:
        scores = {name: float(row[name]) for name in ("positive", "neutral", "negative")}
        assert max(scores, key=lambda name: scores[name]) == row["predicted_label"]
        assert sum(scores.values()) == pytest.approx(1, abs=1e-5)


def test_anyone_can_analyse_the_data_set_again(
    job: Job, rows: list[Row], document: dict[str, Any], tmp_path: Path
) -> None:
    job(rows, "--probe", "--at", "2026-03-02")
    (tmp_path / "again.json").write_text(json.dumps(document | {"predicted_label": "predicted_label"}))
    files = ["--config", str(tmp_path / "again.json"), "--data", str(tmp_path / "out/dataset.csv")]
    assert analyse([*files, "--out", str(tmp_path / "again"), "--replicates", "100", "--model", "2.0"]) == 0
    first, again = (
        json.loads((tmp_path / out / "analysis.json").read_text())["serin"] for out in ("out", "again")
    )
    assert again["facets"] == first["facets"]
    assert again["data"] == first["data"]


def test_a_version_that_is_its_own_baseline_is_not_worse(
    job: Job, proxy: FaultProxy, rows: list[Row], tmp_path: Path
) -> None:
    assert job(rows, "--baseline", f"1.0={proxy.url}", "--minimum-group-size", "2", "--gate") == 0
    written = _read(tmp_path / "out/dataset.csv")
    assert [row["baseline_predicted_label"] for row in written] == [row["predicted_label"] for row in written]
    summary = _summary(tmp_path)
    assert (summary["baseline"], summary["verdict"], summary["worse"]) == ("1.0", "ok", [])


def test_a_version_that_harms_a_group_shuts_the_gate(
    job: Job, proxy: FaultProxy, model_url: str, rows: list[Row], tmp_path: Path
) -> None:
    many = [row | {"id": f"{copy} {row['id']}"} for copy in range(10) for row in rows]
    for week in ("2026-03-02", "2026-03-09"):
        proxy.always = changed(_harm([row["gender"] == "woman" for row in many]))
        history = ["--at", week, *(["--history", str(tmp_path / "weeks")] if week == "2026-03-09" else [])]
        assert job(many, "--baseline", f"1.0={model_url}", "--gate", *history) == 3
        shutil.copytree(tmp_path / "out", tmp_path / "weeks" / week)
    worse = _summary(tmp_path)["worse"]
    assert {(entry["facet"], entry["group"]) for entry in worse} == {("gender", "woman"), ("gender", "man")}
    assert all(entry["comparedWith"] == ["baseline"] for entry in worse)  # it was as bad last week


def _harm(harmed: list[bool]) -> Callable[[list[str]], list[str]]:
    """Calls the first texts negative where they are harmed."""
    negative = '{"label": "negative", "scores": {"positive": 0, "neutral": 0, "negative": 1}}'
    left = iter(harmed)
    return lambda lines: [negative if next(left, False) else line for line in lines]


def test_texts_of_people_stay_here(job: Job, rows: list[Row], tmp_path: Path) -> None:
    assert job(rows) == 0
    assert "text" not in _read(tmp_path / "out/dataset.csv")[0]
    for path in (tmp_path / "out").rglob("*.*"):
        assert "My sister loved" not in path.read_text()


def test_nothing_is_left_of_an_earlier_report(job: Job, rows: list[Row], tmp_path: Path) -> None:
    job(rows, "--probe")
    job(rows)
    assert not (tmp_path / "out/explanations_shap/out.jsonl").exists()


def test_one_row(job: Job, rows: list[Row], tmp_path: Path) -> None:
    assert job(rows[:1], "--probe") == 0
    assert _summary(tmp_path)["verdict"] == "insufficient data"


def test_all_one_label(job: Job, rows: list[Row], tmp_path: Path) -> None:
    assert job([row for row in rows if row["label"] == "positive"], "--probe") == 0
    assert _summary(tmp_path)["tally"]["worse"] == 0


def test_empty_cells_are_counted_and_left_out(
    job: Job, proxy: FaultProxy, rows: list[Row], tmp_path: Path
) -> None:
    rows[0]["label"], rows[1]["label"], rows[2]["text"], rows[3]["gender"] = "", "NaN", "nan", ""
    assert job(rows, "--probe") == 0
    assert _left_out(tmp_path) == {"label": 2, "predicted_label": 1, "gender": 1}
    assert _read(tmp_path / "out/dataset.csv")[2]["predicted_label"] == ""
    assert "nan" not in proxy.asked


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"facet": [{"name_or_index": "height"}]}, "facet[0].name_or_index is 'height', but"),
        ({"label": "truth"}, "label is 'truth', but"),
        ({"facet": [{"name_or_index": "gender", "colour": 1}]}, "facet[0].colour is unknown; known here:"),
        (
            {"predictor": {"label_headers": ["positive", "bad"]}},
            "label_headers must be positive, neutral, neg",
        ),
        ({"predicted_label": "gender"}, "the job itself writes the column 'gender'; rename it"),
    ],
)
def test_a_wrong_configuration_is_named_before_a_model_is_asked(
    job: Job,
    proxy: FaultProxy,
    rows: list[Row],
    changes: dict[str, Any],
    problem: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert job(rows, **changes) == 1
    assert problem in capsys.readouterr().err
    assert proxy.asked == []


def test_texts_are_needed(job: Job, rows: list[Row], capsys: pytest.CaptureFixture[str]) -> None:
    assert job([{name: row[name] for name in row if name != "text"} for row in rows]) == 1
    assert "has no column text, only id, label, template, gender" in capsys.readouterr().err


def test_a_wrong_row_is_named_before_a_model_is_asked(
    job: Job, proxy: FaultProxy, rows: list[Row], capsys: pytest.CaptureFixture[str]
) -> None:
    rows[5]["label"] = "good"
    assert job(rows) == 1
    assert "row 6, column 'label': the value is 'good'" in capsys.readouterr().err
    assert proxy.asked == []


@pytest.mark.parametrize("folder", ["out", "work"])
def test_a_folder_that_cannot_be_written_is_named(
    job: Job,
    proxy: FaultProxy,
    rows: list[Row],
    folder: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / folder).write_text("a file")
    assert job(rows) == 1
    assert f"{folder} cannot be written" in capsys.readouterr().err
    assert proxy.asked == []


@pytest.mark.parametrize(
    "argument", ["2.0", "=place", "2 0=place", "2.0=ftp://a/b", "2.0=http://example.org/x"]
)
def test_a_model_is_a_name_and_a_place(
    job: Job, rows: list[Row], argument: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        job(rows, "--model", argument)
    assert "--model" in capsys.readouterr().err


def test_traffic_and_earlier_reports_are_compared_with(job: Job, rows: list[Row], tmp_path: Path) -> None:
    histograms = {"textBytes": {"bins": [1, 16, 32], "counts": [1, 2, 3]}}
    traffic = {
        "version": "1",
        "from": "2026-03-02T00:00:00Z",
        "to": "2026-03-09T00:00:00Z",
        "vocabulary": "0badcafe",
        "models": [{"model": "2.0", "requests": 6, "histograms": histograms}],
        "notes": [],
    }
    (tmp_path / "traffic.json").write_text(json.dumps(traffic))
    week = ["--traffic", str(tmp_path / "traffic.json"), "--minimum-group-size", "2"]
    assert job(rows, *week, "--at", "2026-03-09") == 0
    shutil.copytree(tmp_path / "out", tmp_path / "history/2026-03-09/serin-prod-governance")
    assert job(rows, *week, "--at", "2026-03-16", "--history", str(tmp_path / "history")) == 0
    assert json.loads((tmp_path / "out/traffic.json").read_text()) == traffic
    summary = _summary(tmp_path)
    assert summary["drift"]["requests"] == 6
    assert summary["verdict"] == "ok"  # the weeks are the same


def test_wrong_traffic_is_named_before_a_model_is_asked(
    job: Job, proxy: FaultProxy, rows: list[Row], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "traffic.json").write_text("{}")
    assert job(rows, "--traffic", str(tmp_path / "traffic.json")) == 1
    assert "is not as traffic.schema.json says" in capsys.readouterr().err
    assert proxy.asked == []
