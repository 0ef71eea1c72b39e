"""Stdout belongs to the emulator's events."""

import os
import sys

import pytest
from emulator import events


def test_only_events_are_on_stdout(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_stream", sys.stdout)
    events.claim_stdout()
    os.write(1, b"what a library prints\n")
    events.emit("model-server-exited", endpoint="e", exitCode=7)
    out, err = capfd.readouterr()
    assert out == '{"event": "model-server-exited", "endpoint": "e", "exitCode": 7}\n'
    assert err == "what a library prints\n"
