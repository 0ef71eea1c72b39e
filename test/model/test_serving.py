"""The model server: SageMaker's contract in process, and its life as a process of its own."""

import asyncio
import errno
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest
from serving.app import MAX_BODY_BYTES, create_app
from serving.predictor import Predictor
from starlette.testclient import TestClient
from starlette.types import Message

MODEL = Path(__file__).parents[2] / "model"
TIMEOUT_S = 20
# An inference.py that waits for a gate, for a second request, or fails, when a text tells it to.
PACKED = """
from pathlib import Path
from threading import Barrier
from inference import *
from inference import predict_fn as _predict

_two = Barrier(2)

def predict_fn(data, model):
    for text in data.items:
        if text.startswith("gate "):
            Path(text.removeprefix("gate ")).read_bytes()
        if text.startswith("meet "):
            _two.wait(float(text.removeprefix("meet ")))
        if text.startswith("fail "):
            raise RuntimeError(text)
    return _predict(data, model)
"""


@pytest.fixture(scope="module")
def packed_model(word_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shutil.copytree(word_model, tmp_path_factory.mktemp("packed") / "model")
    (folder / "code").mkdir()
    (folder / "code" / "inference.py").write_text(PACKED)
    return folder


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """A named pipe: who reads it waits until somebody opened it for writing and closed it."""
    path = tmp_path / "gate"
    os.mkfifo(path)
    return path


def hold(gate: Path) -> BinaryIO:
    """Waits until somebody reads the gate, who then waits until the returned file is closed."""
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        try:
            return os.fdopen(os.open(gate, os.O_WRONLY | os.O_NONBLOCK), "wb")
        except OSError as error:
            if error.errno != errno.ENXIO or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


@pytest.fixture(scope="module")
def client(word_model: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Predictor(word_model))) as client:
        yield client


@pytest.fixture(scope="module")
def packed_client(packed_model: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Predictor(packed_model))) as client:
        yield client


def test_ping(client: TestClient) -> None:
    response = client.get("/ping")
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize(
    ("body", "content_type", "accept", "starts", "answered"),
    [
        ('{"text": "good"}', None, "*/*", '{"label": "positive"', "application/json"),
        (
            '{"text": "good"}',
            "application/json; charset=utf-8",
            "text/csv",
            "positive,0.",
            "text/csv; charset=utf-8",
        ),
        ('{"text": "bad"}', "application/jsonlines", "*/*", '{"label": "negative"', "application/jsonlines"),
        ("bad", "text/csv", "application/json", '{"predictions": [{"label": "negative"', "application/json"),
    ],
)
def test_invocations(
    client: TestClient, body: str, content_type: str | None, accept: str, starts: str, answered: str
) -> None:
    headers = {"accept": accept} | ({"content-type": content_type} if content_type else {})
    response = client.post("/invocations", content=body.encode(), headers=headers)
    assert response.status_code == 200 and response.text.startswith(starts)
    assert response.headers["content-type"] == answered


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status", "code"),
    [
        ("POST", "/invocations", {}, b"{", 400, "invalid_input"),
        ("POST", "/invocations", {"content-type": "text/plain"}, b"good", 415, "unsupported_content_type"),
        ("POST", "/invocations", {"accept": "text/html"}, b'{"text": ""}', 406, "not_acceptable"),
        ("POST", "/invocations", {}, b" " * (MAX_BODY_BYTES + 1), 413, "body_too_large"),
        ("GET", "/invocations", {}, b"", 405, "method_not_allowed"),
        ("GET", "/", {}, b"", 404, "not_found"),
    ],
)
def test_errors_are_small_json(
    client: TestClient, method: str, path: str, headers: dict[str, str], body: bytes, status: int, code: str
) -> None:
    response = client.request(method, path, headers=headers, content=body)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json().keys() == {"error", "code"} and response.json()["error"].endswith(".")


def test_the_largest_body_is_read(client: TestClient) -> None:
    body = b'{"text": "good"}'.ljust(MAX_BODY_BYTES)
    assert client.post("/invocations", content=body).json()["label"] == "positive"


def test_failures_show_and_log_no_text(packed_client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        response = packed_client.post("/invocations", json={"text": "fail secret"})
    assert (response.status_code, response.json()) == (
        500,
        {"error": "The prediction failed.", "code": "internal_error"},
    )
    assert "RuntimeError" in caplog.text and "in predict_fn" in caplog.text
    assert "secret" not in caplog.text


def test_a_client_that_leaves_is_no_failure(word_model: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def leave() -> Message:
        return {"type": "http.disconnect"}

    async def ignore(_message: Message) -> None:
        pass

    scope = {"type": "http", "method": "POST", "path": "/invocations", "headers": [], "query_string": b""}
    asyncio.run(create_app(Predictor(word_model))(scope, leave, ignore))
    assert caplog.text == ""


def test_predictions_leave_the_event_loop_free(packed_client: TestClient, gate: Path) -> None:
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(packed_client.post, "/invocations", json={"text": f"gate {gate}"})
        with hold(gate):  # the request is inside predict_fn now
            assert pool.submit(packed_client.get, "/ping").result(TIMEOUT_S).status_code == 200
            assert not waiting.done()
        assert waiting.result(TIMEOUT_S).status_code == 200


@pytest.mark.parametrize(("cores", "timeout", "status"), [(2, TIMEOUT_S, 200), (1, 0.3, 500)])
def test_as_many_predictions_as_cores_run_at_once(
    packed_model: Path, cores: int, timeout: float, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.app._available_cores", lambda: cores)
    with TestClient(create_app(Predictor(packed_model))) as client, ThreadPoolExecutor() as pool:
        meeting = [
            pool.submit(client.post, "/invocations", json={"text": f"meet {timeout}"}) for _ in range(2)
        ]
        assert [request.result(TIMEOUT_S).status_code for request in meeting] == [status, status]


class Server:
    """`python -m serving` on a free port."""

    def __init__(self, model_dir: Path, *options: str) -> None:
        command = [sys.executable, "-m", "serving", "--model-dir", str(model_dir), "--port", "0", *options]
        self.process = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": str(MODEL)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdin and self.process.stdout
        self.stdin, self.stdout = self.process.stdin, self.process.stdout
        self.ready = json.loads(self.stdout.readline())

    def predict(self, text: str) -> str:
        body = json.dumps({"text": text}).encode()
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(f"{self.ready['url']}/invocations", body, headers)
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
            label: str = json.load(response)["label"]
        return label


@contextmanager
def running(model_dir: Path, *options: str) -> Iterator[Server]:
    server = Server(model_dir, *options)
    with server.process:  # closes its pipes and waits
        try:
            yield server
        finally:
            server.process.kill()


def test_it_is_ready_when_it_says_so_and_exits_with_its_parent(artifact: Path) -> None:
    with running(artifact, "--exit-with-parent") as server:
        assert server.ready.keys() == {"event", "url"} and server.ready["event"] == "ready"
        print("not the end", file=server.stdin, flush=True)
        assert server.predict("I love it") == "positive"
        server.stdin.close()
        assert server.process.wait(TIMEOUT_S) == 0
        assert server.stdout.read() == ""


def test_sigterm_finishes_what_was_asked(packed_model: Path, gate: Path) -> None:
    with running(packed_model) as server, ThreadPoolExecutor() as pool:
        asked = pool.submit(server.predict, f"gate {gate}")
        with hold(gate):
            server.process.send_signal(signal.SIGTERM)
            assert not asked.done()
        assert asked.result(TIMEOUT_S) == "neutral"
        assert server.process.wait(TIMEOUT_S) == 0


def test_a_closed_stdin_does_not_stop_it_unasked(word_model: Path) -> None:
    with running(word_model) as server:
        server.stdin.close()
        assert server.predict("good") == "positive"


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "serving", "--model-dir", str(tmp_path)]
    run = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(MODEL)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith(f"serving: {tmp_path / 'model.json'}: No such file")
