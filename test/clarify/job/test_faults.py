"""Models that throttle, die, or answer nonsense: the job goes on, or ends without half a report."""

import json
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import urllib3
from fault_proxy import Answer, FaultProxy, changed, lost, status, well
from job.formats import Prediction
from job.record import Record

Row = dict[str, str]
Job = Callable[..., int]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the job would have waited."""
    found: list[float] = []
    monkeypatch.setattr("job.client.time.sleep", found.append)
    return found


def test_a_model_that_throttles_is_asked_again(
    job: Job, proxy: FaultProxy, rows: list[Row], pauses: list[float]
) -> None:
    proxy.faults = [status(429), status(503), lost, status(500), status(424)]
    assert job(rows, "--patience", "20") == 0
    assert len(pauses) == 5
    assert all(0.125 * 2**n <= pause <= 0.25 * 2**n for n, pause in enumerate(pauses))


def test_a_throttled_call_of_aws_is_asked_again(
    job: Job, proxy: FaultProxy, rows: list[Row], pauses: list[float]
) -> None:
    proxy.faults = [status(400, {"x-amzn-errortype": "ThrottlingException:"})]
    assert job(rows) == 0
    assert len(pauses) == 1


def test_it_waits_as_long_as_it_is_told(
    job: Job, proxy: FaultProxy, rows: list[Row], pauses: list[float]
) -> None:
    proxy.faults = [status(503, {"retry-after": "7"}), status(503, {"retry-after": "soon"})]
    assert job(rows, "--patience", "20") == 0
    assert pauses[0] == 7
    assert pauses[1] <= 0.5


@pytest.mark.usefixtures("pauses")
def test_it_gives_up_when_its_patience_ends(
    job: Job, proxy: FaultProxy, rows: list[Row], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proxy.always = status(503)
    assert job(rows, "--patience", "60") == 1
    said = capsys.readouterr().err
    assert "row 1 to row 4: the model does not answer (HTTP 503, " in said
    assert "My sister" not in said
    assert not (tmp_path / "out").exists()


def test_a_model_that_hangs_is_given_up(
    job: Job,
    proxy: FaultProxy,
    rows: list[Row],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("job.client._TIMEOUT", urllib3.Timeout(0.05))
    given_up = threading.Event()

    def hang(forward: Callable[[], Answer]) -> None:
        given_up.wait(60)

    proxy.always = hang
    assert job(rows, "--patience", "0.2") == 1
    given_up.set()
    assert "the model does not answer (no answer in time, try " in capsys.readouterr().err


def test_a_refused_request_is_not_repeated(
    job: Job, proxy: FaultProxy, rows: list[Row], capsys: pytest.CaptureFixture[str], pauses: list[float]
) -> None:
    proxy.always = status(400)
    assert job(rows) == 1
    assert "row 1 to row 4: the model refuses a request of 4 texts with HTTP 400" in capsys.readouterr().err
    assert pauses == []


def test_a_job_that_failed_goes_on_where_it_stopped(
    job: Job, proxy: FaultProxy, rows: list[Row], tmp_path: Path
) -> None:
    proxy.faults = [well, well]
    proxy.always = lost
    assert job(rows, "--probe") == 1
    assert proxy.asked == [row["text"] for row in rows[:8]]
    assert not (tmp_path / "out").exists()
    proxy.asked.clear()
    proxy.always = None
    assert job(rows, "--probe") == 0
    assert proxy.asked[:8] == [row["text"] for row in rows[8:]]
    assert (tmp_path / "out/summary.json").exists()


def test_explanations_go_on_where_they_stopped(job: Job, proxy: FaultProxy, rows: list[Row]) -> None:
    proxy.faults = [well] * 10
    proxy.always = status(400)
    assert job(rows) == 1
    before = list(proxy.asked)
    proxy.always = None
    assert job(rows) == 0
    assert proxy.asked[: len(before)] == before
    variants = proxy.asked[len(rows) :]
    assert len(before) == 40
    assert len(variants) == len(set(variants))


def test_a_torn_answer_is_asked_for_again(
    job: Job, proxy: FaultProxy, rows: list[Row], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proxy.faults = [well, well]
    proxy.always = status(400)
    assert job(rows) == 1
    (kept,) = (tmp_path / "work").iterdir()
    assert rows[0]["text"] not in kept.read_text()
    kept.write_bytes(kept.read_bytes()[:-1])
    proxy.faults = [changed(lambda lines: ["[]", *lines[1:]])]
    assert job(rows) == 1
    assert "row 8: the model's answer is no JSON object" in capsys.readouterr().err
    proxy.asked.clear()
    proxy.always = None
    assert job(rows) == 0
    assert proxy.asked[:9] == [row["text"] for row in rows[7:]]


def test_answers_that_cannot_be_read_are_asked_for_again(
    job: Job, proxy: FaultProxy, rows: list[Row], tmp_path: Path
) -> None:
    proxy.faults = [well]
    proxy.always = status(400)
    assert job(rows) == 1
    (kept,) = (tmp_path / "work").iterdir()
    kept.write_text("no answers\n")
    proxy.asked.clear()
    proxy.always = None
    assert job(rows) == 0
    assert proxy.asked[:16] == [row["text"] for row in rows]


def test_answers_to_other_questions_are_worth_nothing(tmp_path: Path) -> None:
    answer = Prediction("neutral", (0.2, 0.6, 0.2))
    with closing(Record(tmp_path / "kept")) as record:
        record.add(["one", "two", "three"], [answer] * 3)
    with closing(Record(tmp_path / "kept")) as record:
        assert record.recorded(["one", "zwei", "three"]) == [answer]
        assert record.recorded(["three"]) == []


def test_two_jobs_do_not_write_the_same_answers(
    job: Job, proxy: FaultProxy, rows: list[Row], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proxy.always = status(400)
    assert job(rows) == 1
    (kept,) = (tmp_path / "work").iterdir()
    with closing(Record(kept)):
        assert job(rows) == 1
    assert "another job works in" in capsys.readouterr().err


def test_other_data_get_other_answers(job: Job, proxy: FaultProxy, rows: list[Row], tmp_path: Path) -> None:
    proxy.faults = [well] * 2
    proxy.always = status(400)
    assert job(rows) == 1
    proxy.asked.clear()
    proxy.always = None
    rows[0]["text"] = "It never worked."
    assert job(rows) == 0
    assert proxy.asked[:16] == [row["text"] for row in rows]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda lines: lines[:2], "row 3: the model gave 2 answers to 4 texts"),
        (lambda lines: [*lines, lines[0]], "row 4: the model gave 5 answers to 4 texts"),
        (lambda lines: ["My sister", *lines[1:]], "the model's answer is not what application/jsonlines"),
        (lambda lines: ["[]", *lines[1:]], "row 1: the model's answer is no JSON object"),
        (lambda lines: [*lines[:3], '{"error": "My sister", "code": "bad"}'], "refuses the text (bad)"),
        (
            lambda lines: [*lines[:3], '{"error": "x", "code": "My sister"}'],
            "row 4: the model refuses the text",
        ),
        (lambda lines: [lines[0], _with(lines[1], label="great")], "row 2: the model's label is none of"),
        (lambda lines: [_with(lines[0], scores={"positive": 1})], "row 1: the model gives no probability of"),
        (lambda lines: [lines[0].replace("0.", "7.")], "row 1: the model gives no probability of each of"),
    ],
)
def test_an_answer_that_iswell_names_the_row_and_quotes_nothing(
    job: Job,
    proxy: FaultProxy,
    rows: list[Row],
    change: Callable[[list[str]], list[str]],
    problem: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    proxy.always = changed(change)
    assert job(rows) == 1
    said = capsys.readouterr().err
    assert problem in said
    assert "My sister" not in said
    assert not (tmp_path / "out").exists()


def test_a_row_after_empty_ones_has_its_own_number(
    job: Job, proxy: FaultProxy, rows: list[Row], capsys: pytest.CaptureFixture[str]
) -> None:
    rows[0]["text"] = rows[1]["text"] = ""
    proxy.always = changed(lambda lines: [lines[0], "[]"])
    assert job(rows) == 1
    assert "row 4: the model's answer is no JSON object" in capsys.readouterr().err


def _with(line: str, **changes: object) -> str:
    return json.dumps(json.loads(line) | changes)
