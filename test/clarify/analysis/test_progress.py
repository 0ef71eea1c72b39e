"""What a command says while it works."""

import pytest
from analysis.progress import Countdown


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_line_now_and_then(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    countdown = Countdown("rows", 1000, clock)
    for _ in range(10):
        clock.now += 4
        countdown.add(100, 100)
    assert capsys.readouterr().err.splitlines() == [
        "300 of 1,000 rows, 28 s left",
        "600 of 1,000 rows, 16 s left",
        "900 of 1,000 rows, 4 s left",
        "1,000 of 1,000 rows",
    ]


def test_what_was_done_before_tells_nothing_about_time(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    countdown = Countdown("rows", 10_000, clock)
    clock.now += 10
    countdown.add(5000, 0)
    clock.now += 10
    countdown.add(100, 100)
    assert capsys.readouterr().err.splitlines() == [
        "5,000 of 10,000 rows",
        "5,100 of 10,000 rows, 16 min left",
    ]


def test_one_line_that_changes_on_a_terminal(
    clock: Clock, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    countdown = Countdown("rows", 100, clock)
    clock.now += 1
    countdown.add(50, 50)
    assert capsys.readouterr().err == "\r\x1b[K50 of 100 rows, 1 s left"
