"""Ends the emulator when its parent goes away, and with it every process it started, however abruptly."""

import os
import signal
import subprocess
import threading

# `read` returns when the emulator is gone: nobody else holds the other end of the pipe.
_KILL_GROUP_AT_EOF = 'trap "" INT TERM HUP; read -r _; kill -KILL "-$1"'


def tie_to_parent() -> None:
    """Makes this process exit with code 0 at SIGTERM, SIGINT or the end of stdin.

    Its children are killed when it is gone, even by `kill -9`. They are found by their process group, since a
    Lambda's process may ignore signals and the end of its stdin.
    """
    if os.getpgrp() != os.getpid():
        os.setpgid(0, 0)
    _watch(os.getpgrp())
    for wish in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wish, lambda _signal, _frame: _end())
    threading.Thread(target=_end_at_eof, daemon=True, name="stdin").start()


def _watch(group: int) -> None:
    """Starts the process, outside the group, that kills the group when this process is gone."""
    watched, _held_until_exit = (
        os.pipe()
    )  # a number: a file object would be closed while Python still cleans up
    subprocess.Popen(
        ["/bin/sh", "-c", _KILL_GROUP_AT_EOF, "sh", str(group)],
        stdin=watched,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(watched)


def _end_at_eof() -> None:
    while os.read(0, 4096):
        pass
    _end()


def _end() -> None:
    os._exit(0)  # at once: all state is in memory, and an orderly end would wait for every Lambda's timeout
