"""The model server as a process, and a client of it."""

import http.client
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

MODEL = Path(__file__).parents[3] / "model"
TIMEOUT_S = 30
JSON, JSONLINES, CSV = "application/json", "application/jsonlines", "text/csv"


class Answer:
    """A response that was read."""

    def __init__(self, response: HTTPResponse) -> None:
        self.status, self.headers = response.status, response.headers
        self.text = response.read().decode()

    @property
    def json(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.text)
        return document

    @property
    def outcome(self) -> tuple[int, str]:
        return self.status, self.json.get("code") or self.json["label"]


class Pending:
    """A request whose bytes were sent, so that a server which reads anything later has read them before."""

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self._connection = connection

    def result(self) -> Answer:
        """Waits for the answer."""
        try:
            return Answer(self._connection.getresponse())
        finally:
            self._connection.close()


class Server:
    """`python -m serving` on a free port."""

    def __init__(self, model_dir: Path, *options: str, **variables: str) -> None:
        self._model_dir = model_dir
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the server
        self.process = subprocess.Popen(
            [sys.executable, "-m", "serving", "--model-dir", str(model_dir), "--port", "0", *options],
            env={**os.environ, **variables, "PYTHONPATH": str(MODEL)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self.process.stdin and self.process.stdout
        self.stdin, self.stdout = self.process.stdin, self.process.stdout
        line = self.stdout.readline()
        assert line, self.log()
        self.ready = json.loads(line)
        self._address = self.ready["url"].removeprefix("http://")

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        return self.send(method, path, body, **headers).result()

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Pending:
        connection = http.client.HTTPConnection(self._address, timeout=TIMEOUT_S)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        return Pending(connection)

    def post(self, body: bytes | str, content_type: str = JSON, **headers: str) -> Answer:
        body = body.encode() if isinstance(body, str) else body
        return self.request("POST", "/invocations", body, content_type=content_type, **headers)

    def predict(self, text: str) -> Answer:
        return self.post(json.dumps({"text": text}))

    def ask(self, text: str) -> Pending:
        """Sends a text and does not wait for its answer."""
        return self.send("POST", "/invocations", json.dumps({"text": text}).encode())

    def ping(self) -> int:
        return self.request("GET", "/ping").status

    def noticed(self) -> None:
        """Returns when what reached the server before is in its queue: it handles what it reads in turns."""
        for _ in range(3):
            self.ping()

    def runs(self) -> list[list[str]]:
        """The texts of each run of the model, but for the first, which warms it up."""
        lines = (self._model_dir / "code" / "runs").read_text().splitlines()
        return [json.loads(line) for line in lines][1:]

    def workers(self) -> list[int]:
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True
        )
        return [int(pid) for pid in listed.stdout.split()]

    def log(self) -> str:
        self._log.seek(0)
        return self._log.read().decode()

    def close(self) -> None:
        self.process.kill()  # its workers see that, and end
        self._log.close()


@contextmanager
def running(model_dir: Path, *options: str, **variables: str) -> Iterator[Server]:
    server = Server(model_dir, *options, **variables)
    with server.process:  # closes its pipes and waits
        try:
            yield server
        finally:
            server.close()
