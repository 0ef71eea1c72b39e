"""How the emulator starts and ends: one clear line when it cannot start, nothing left behind when it ends."""

import signal
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from emulator_process import (
    SERVING_DOUBLE,
    TIMEOUT_S,
    Emulator,
    free_port,
    is_gone,
    launch,
    model_stack,
    until,
)

HANGS = """
import os, pathlib, signal, time
def handler(event, context):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    pathlib.Path(event).write_text(str(os.getpid()))
    time.sleep(1000)
"""


def temporary_leftovers() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("*ministack*"))


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (lambda emulator: emulator.process.terminate(), 0),
        (lambda emulator: emulator.process.send_signal(signal.SIGINT), 0),
        (lambda emulator: emulator.process.stdin.close(), 0),
        (lambda emulator: emulator.process.kill(), -signal.SIGKILL),
    ],
    ids=["SIGTERM", "SIGINT", "end of stdin", "kill -9"],
)
def test_nothing_is_left_when_it_ends(tmp_path: Path, end: Callable[[Emulator], None], code: int) -> None:
    before = temporary_leftovers()
    emulator = Emulator(tmp_path / "state")
    emulator.create_stack("left", model_stack(emulator.put_model("left", {"version": "1"}), endpoint="left"))
    model = emulator.invoke("left")["pid"]
    emulator.create_lambda("hangs", HANGS, emulator.role("hangs"))
    note = tmp_path / "pid"
    emulator.client("lambda").invoke(FunctionName="hangs", InvocationType="Event", Payload=f'"{note}"')
    until(lambda: note.exists() and note.read_text() != "")
    end(emulator)
    assert emulator.wait() == code
    until(lambda: is_gone(model) and is_gone(int(note.read_text())))
    assert temporary_leftovers() == before


def test_a_folder_that_is_not_empty_is_refused_and_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "tmp" / "kept"
    kept.parent.mkdir()
    kept.touch()
    ended = launch(tmp_path, free_port())
    _, stderr = ended.communicate(timeout=TIMEOUT_S)
    assert ended.returncode == 1
    assert stderr.decode() == f"emulator: {tmp_path} is not empty. Remove it or choose another --state-dir.\n"
    assert kept.exists()


def test_a_taken_port_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = launch(tmp_path, port)
        _, stderr = ended.communicate(timeout=TIMEOUT_S)
    assert ended.returncode == 1
    assert stderr.decode().splitlines() == [
        f"emulator: cannot listen on 127.0.0.1:{port}: Address already in use. Choose another port."
    ]


@pytest.mark.parametrize(
    ("port", "serving", "complaint"),
    [
        (0, SERVING_DOUBLE, "--port must be 1 to 65535, not 0"),
        (65536, SERVING_DOUBLE, "--port must be 1 to 65535, not 65536"),
        (free_port(), Path("/nowhere"), "--serving-path has no folder `serving`: /nowhere"),
    ],
)
def test_wrong_options_are_named(tmp_path: Path, port: int, serving: Path, complaint: str) -> None:
    ended = launch(tmp_path, port, serving=serving)
    _, stderr = ended.communicate(timeout=TIMEOUT_S)
    assert ended.returncode == 2
    assert stderr.decode().splitlines()[-1] == f"emulator: error: {complaint}"
