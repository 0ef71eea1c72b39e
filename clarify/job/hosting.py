"""Hosts a model version on this machine: our model server (model/serving) as a child process on loopback.

The server runs the version's own inference.py and packages, so that it answers as the endpoint does.
"""

import importlib.util
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import urllib3
from analysis.problem import AnalysisError

from job.archive import library
from job.client import Client, Patience, Unreachable
from job.formats import SERIN, Prediction

_START_S = 120
_STOP_S = 10
_ENVIRONMENT = {"PYTHONSAFEPATH": "1"}  # what lies in the current folder is no package
_REPOSITORYS = Path(__file__).parents[2] / "model"
"""Where `serving` is, where it is not on the path."""


class HostedModel:
    """A server on a free port; one that dies is started again once."""

    def __init__(self, folder: Path, labels: Sequence[str], patience: Patience) -> None:
        """Returns when the model answers; raises AnalysisError where it never does."""
        self._folder, self._labels, self._patience = folder, labels, patience
        self._was_restarted = False
        self._start()

    def ask(self, texts: Sequence[str]) -> list[Prediction]:
        """See Client.ask."""
        try:
            return self._client.ask(texts)
        except Unreachable:
            if self._was_restarted:
                raise
        self._was_restarted = True
        self.close()
        self._start()
        return self._client.ask(texts)

    def close(self) -> None:
        """Ends the server and waits for its end; by force after 10 s."""
        self._client.close()
        self._end()

    def _start(self) -> None:
        with tempfile.TemporaryFile() as log:
            self._process = _server(self._folder, log)
            try:
                address = self._ready()
            except BaseException:
                self._end()
                raise
            if address is None:
                raise AnalysisError(f"the model server does not start{self._reason(log)}")
        self._client = Client(
            f"{address}/invocations",
            SERIN,
            self._labels,
            self._patience,
            lives=lambda: self._process.poll() is None,
        )

    def _ready(self) -> str | None:
        """The server's address, once its model answers."""
        assert self._process.stdout is not None
        readable, _, _ = select.select([self._process.stdout], [], [], _START_S)
        line = self._process.stdout.readline() if readable else b""
        if not line:
            self._end()
            return None
        address: str = json.loads(line)["url"]
        ping = urllib3.request("GET", f"{address}/ping", timeout=_START_S, retries=False)
        if ping.status != 200:
            raise AnalysisError(f"the model server is not well: GET /ping answers {ping.status}")
        return address

    def _end(self) -> None:
        process = self._process
        with process:  # closes the pipes, and waits
            process.terminate()
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)

    def _reason(self, log: IO[bytes]) -> str:
        """What the server said last: it has seen no text yet."""
        log.seek(0)
        said = log.read().decode(errors="replace").strip().splitlines()
        return f": {said[-1][:500]}" if said else f" within {_START_S} s"


def _server(folder: Path, log: IO[bytes]) -> "subprocess.Popen[bytes]":
    """In a process group of its own: Ctrl-C is for this process, which ends its server when it is done."""
    found = importlib.util.find_spec("serving") is not None
    packages = library(folder)
    path = [
        *([] if packages is None else [packages]),
        *([] if found else [_REPOSITORYS]),
        *filter(None, sys.path),
    ]
    # one worker: a client that waits for each answer keeps all threads of one busy, and those of no other
    options = ["--port", "0", "--workers", "1", "--exit-with-parent"]
    return subprocess.Popen(
        [sys.executable, "-m", "serving", "--model-dir", folder, *options],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path)), **_ENVIRONMENT},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        process_group=0,
    )
