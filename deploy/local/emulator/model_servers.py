"""Runs the model behind an endpoint: one server process each, which says itself where it answers."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path

from emulator import events
from emulator.errors import ModelStartError

_START_TIMEOUT_S = 60
_STOP_TIMEOUT_S = 5


class ModelServer:
    """`python -m serving` on a folder with an unpacked model.

    It says `{"event": "ready", "url": ...}` on stdout, and exits when this process does.
    Its stderr goes to `log`.
    """

    def __init__(
        self,
        endpoint: str,
        variant: str,
        model_dir: Path,
        serving_path: Path,
        log: Path,
        variables: Mapping[str, str],
    ) -> None:
        """Starts the process and returns when it is ready, within 60 s. Raises ModelStartError."""
        self.variant = variant
        self._endpoint = endpoint
        self._log = log
        self._stopping = False
        self._ready: Future[str] = Future()
        with log.open("ab") as stderr:
            self._log_start = stderr.tell()
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "serving",
                    "--model-dir",
                    model_dir,
                    "--port",
                    "0",
                    "--exit-with-parent",
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env={**os.environ, **variables, "PYTHONPATH": str(serving_path)},
            )
        threading.Thread(target=self._follow, daemon=True, name=f"model-{endpoint}").start()
        self.url = self._wait_until_ready()

    def stop(self) -> None:
        """Ends the process, by force after 5 s."""
        self._stopping = True
        self._process.terminate()
        try:
            self._process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait_until_ready(self) -> str:
        try:
            return self._ready.result(_START_TIMEOUT_S)
        except TimeoutError:
            raise self._failed(f"was not ready after {_START_TIMEOUT_S} s") from None
        except ChildProcessError as error:
            raise self._failed(str(error)) from None

    def _failed(self, what: str) -> ModelStartError:
        self.stop()
        said = self._log.read_bytes()[self._log_start :].decode(errors="replace").strip().splitlines()
        return ModelStartError(f"the model server {what}" + (f": {said[-1]}" if said else ""))

    def _follow(self) -> None:
        """Reads the process's stdout until it ends, and tells what its end means."""
        for line in self._process.stdout or ():
            if not self._ready.done() and (url := _ready_url(line)):
                self._ready.set_result(url)
        code = self._process.wait()
        if not self._ready.done():
            self._ready.set_exception(ChildProcessError(f"exited with code {code}"))
        elif not self._stopping:
            events.emit("model-server-exited", endpoint=self._endpoint, exitCode=code)


def _ready_url(line: bytes) -> str | None:
    try:
        message = json.loads(line)
    except ValueError:
        return None
    if isinstance(message, dict) and message.get("event") == "ready":
        return str(message.get("url"))
    return None
