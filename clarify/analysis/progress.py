"""What a command says while it works: one line that changes on a terminal, lines elsewhere."""

import sys
import time
from collections.abc import Callable

_EVERY_S = 10
"""Between two lines where there is no terminal."""


def step(text: str) -> None:
    """Says what begins."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text[:100]}", end="", file=sys.stderr, flush=True)
    else:
        print(text, file=sys.stderr, flush=True)


def result(text: str) -> None:
    """Says how it ended, on a line that stays."""
    print(f"\r\x1b[K{text}" if sys.stderr.isatty() else text, file=sys.stderr, flush=True)


class Countdown:
    """Says how much of a long piece of work is done, and how long the rest will take."""

    def __init__(self, what: str, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        """`total`: in the units that `what` names, such as "rows asked"."""
        self._what, self._total, self._clock = what, total, clock
        self._done = self._worked = 0
        self._started = self._said = clock()

    def add(self, number: int, worked: int) -> None:
        """Counts what is done, and how much of it was work now: the rest does not tell how fast work goes."""
        self._done += number
        self._worked += worked
        now = self._clock()
        if sys.stderr.isatty() or now - self._said >= _EVERY_S or self._done == self._total:
            self._said = now
            step(f"{self._done:,} of {self._total:,} {self._what}{self._left(now)}")

    def _left(self, now: float) -> str:
        if self._worked == 0 or self._done >= self._total:
            return ""
        seconds = (now - self._started) / self._worked * (self._total - self._done)
        return f", {seconds:.0f} s left" if seconds < 120 else f", {seconds / 60:.0f} min left"
