"""The evaluate command: figures checked by hand, and errors that name the line."""

import json
from pathlib import Path

import pytest
from answers import answer
from evaluate import main
from inference import LABELS, Label
from metrics import calibration_error, measure

P, N, M = LABELS  # positive, neutral, negative ("minus")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two positives (one found), three neutrals (all found), one negative (missed)."""
    rows = [("good", P), ("plain", P), ("plain", N), ("what", N), ("plain bad plain", N), ("good", M)]
    path = tmp_path / "data.jsonl"
    path.write_text(
        "".join(json.dumps({"id": 1, "text": text, "label": label}) + "\n" for text, label in rows)
    )
    return path


def test_metrics_by_hand() -> None:
    expected: list[Label] = [P] * 4 + [N] * 3 + [M] * 3
    predicted: list[Label] = [P, P, P, N, N, P, P, M, M, P]
    metrics = measure(expected, [answer(label) for label in predicted])
    assert metrics["rows"] == 10 and metrics["accuracy"] == 0.6
    assert metrics["confusion_matrix"] == {
        P: {P: 3, N: 1, M: 0},
        N: {P: 2, N: 1, M: 0},
        M: {P: 1, N: 0, M: 2},
    }
    assert metrics["per_class"] == {
        P: {"precision": 3 / 6, "recall": 3 / 4, "f1": 6 / 10, "support": 4},
        N: {"precision": 1 / 2, "recall": 1 / 3, "f1": 2 / 5, "support": 3},
        M: {"precision": 1.0, "recall": 2 / 3, "f1": 4 / 5, "support": 3},
    }
    assert metrics["macro_f1"] == pytest.approx((0.6 + 0.4 + 0.8) / 3)
    assert metrics["macro_recall"] == pytest.approx((3 / 4 + 1 / 3 + 2 / 3) / 3)


def test_a_class_that_is_never_predicted_counts_as_0() -> None:
    metrics = measure([P, N], [answer(P), answer(P)])
    assert metrics["per_class"][N] == {"precision": 0, "recall": 0, "f1": 0, "support": 1}
    assert metrics["per_class"][M]["f1"] == 0
    assert metrics["macro_f1"] == pytest.approx(2 / 3 / 3)


def test_the_calibration_error_is_the_gap_between_score_and_share_of_right_answers() -> None:
    sure = [answer(P, 0.9)] * 10  # nine of ten right: no gap
    unsure = [answer(N, 0.5)] * 10  # all right: a gap of a half
    expected: list[Label] = [*[P] * 9, M, *[N] * 10]
    assert calibration_error(expected, [*sure, *unsure]) == pytest.approx(0.5 / 2)
    assert calibration_error([P], [answer(P, 1.0)]) == 0


def test_json_is_one_object(data: Path, word_model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(data), "--artifact", str(word_model), "--json"]) == 0
    printed = capsys.readouterr()
    result = json.loads(printed.out)
    assert result["texts_per_second"] > 0
    predicted = {P: {P: 1, N: 1, M: 0}, N: {P: 0, N: 3, M: 0}, M: {P: 1, N: 0, M: 0}}
    assert result["confusion_matrix"] == predicted
    assert result["slices"]["length: 1-8 words"]["rows"] == 6
    assert printed.err == ""


def test_the_table_is_aligned(data: Path, word_model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(data), "--artifact", str(word_model)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "rows                       6",
        "accuracy               66.7%",
        "macro-F1               45.2%",
    ]
    assert "neutral                75.0%    100.0%     85.7%         3" in lines
    assert "positive                   1         1         0" in lines
    assert {len(line) for line in lines[:6]} == {28} and {len(line) for line in lines[7:11]} == {58}
    assert "length: 1-8 words                66.7%     45.2%         6" in lines


def test_progress_is_for_terminals(
    data: Path, word_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    main(["--data", str(data), "--artifact", str(word_model), "--json"])
    printed = capsys.readouterr()
    assert "6/6 texts" in printed.err and "6/6 texts" not in printed.out


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("secret", "not JSON"),
        ("", "not JSON"),
        ('["secret"]', 'no string "text"'),
        ('{"text": 1, "label": "positive"}', 'no string "text"'),
        ('{"text": "secret"}', 'no "label"; expected one of positive, neutral, negative'),
        (
            '{"text": "secret", "label": "great"}',
            'unknown "label"; expected one of positive, neutral, negative',
        ),
        ('{"text": "secret", "label": ["positive"]}', 'unknown "label"'),
    ],
)
def test_a_bad_row_is_named(line: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text(
        f'{{"text": "fine", "label": "neutral"}}\n{line}\n{{"text": "fine", "label": "neutral"}}\n'
    )
    assert main(["--data", str(path), "--artifact", "unused"]) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.startswith(f"{path}:2: {says}")
    assert "secret" not in printed.err.removeprefix(str(path))


@pytest.mark.parametrize("content", [None, ""])
def test_a_missing_or_empty_file_is_named(
    content: str | None, tmp_path: Path, word_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "data.jsonl"
    if content is not None:
        path.write_text(content)
    assert main(["--data", str(path), "--artifact", str(word_model)]) == 2
    assert capsys.readouterr().err.startswith(f"{path}: ")


def test_a_missing_artifact_is_named(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(data), "--artifact", str(tmp_path / "none")]) == 2
    assert "none/model.json: No such file or directory; name a folder with a model" in capsys.readouterr().err
