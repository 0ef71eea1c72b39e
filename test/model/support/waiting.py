"""Waiting for a condition, never for a time."""

import threading
import time
from collections.abc import Callable

from model_server import TIMEOUT_S


def until(true: Callable[[], bool], what: str) -> None:
    """Returns as soon as it is true; fails when it is not within TIMEOUT_S."""
    deadline = time.monotonic() + TIMEOUT_S
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        threading.Event().wait(0.01)
