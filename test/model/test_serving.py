"""The model server as its callers meet it: SageMaker's contract, load, faults and signals."""

import errno
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest
from model_server import CSV, JSON, JSONLINES, TIMEOUT_S, Answer, Server, running
from waiting import until

MODEL = Path(__file__).parents[2] / "model"
MAX_BODY_BYTES = 6 * 1024 * 1024
# An inference.py that writes down what the model ran, and waits for a gate or fails when a text tells it to.
PACKED = """
import json
from pathlib import Path
import numpy as np
from inference import *
from inference import encode as _encode, predict_batch as _predict_batch

print("what a model prints is no line of the server's")
FOLDER = Path(__file__).parent

class Named(np.ndarray):
    text = ""

def encode(texts, model):
    encoded = [tokens.view(Named) for tokens in _encode(texts, model)]
    for tokens, text in zip(encoded, texts):
        tokens.text = text
    return encoded

def predict_batch(batch, model):
    texts = [tokens.text for tokens in batch]
    with (FOLDER / "runs").open("a") as runs:
        print(json.dumps(texts), file=runs)
    for text in texts:
        if text.startswith("gate "):
            Path(text.removeprefix("gate ")).read_bytes()
        if text.startswith("fail ") or (FOLDER / "broken").exists():
            raise RuntimeError(text)
        if text.startswith("exit "):
            raise SystemExit(text)
    return _predict_batch(batch, model)
"""


@pytest.fixture
def packed_model(word_model: Path, tmp_path: Path) -> Path:
    folder = shutil.copytree(word_model, tmp_path / "model")
    (folder / "code").mkdir()
    (folder / "code" / "inference.py").write_text(PACKED)
    return folder


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """A named pipe: who reads it waits until somebody opened it for writing and closed it."""
    path = tmp_path / "gate"
    os.mkfifo(path)
    return path


@contextmanager
def held(gate: Path) -> Iterator[None]:
    """Begins when the model waits at the gate, and lets it go at the end."""
    ends: list[BinaryIO] = []

    def opened() -> bool:
        try:
            ends.append(os.fdopen(os.open(gate, os.O_WRONLY | os.O_NONBLOCK), "wb"))
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
        return bool(ends)

    until(opened, "the model at the gate")
    with ends[0]:
        yield


@pytest.fixture(scope="module")
def server(word_model: Path) -> Iterator[Server]:
    with running(word_model) as server:
        yield server


def lines(*texts: str) -> str:
    return "".join(json.dumps({"text": text}) + "\n" for text in texts)


# The contract


def test_ping(server: Server) -> None:
    answer = server.request("GET", "/ping")
    assert (answer.status, answer.text) == (200, "")


@pytest.mark.parametrize(
    ("body", "content_type", "accept", "starts", "answered"),
    [
        ('{"text": "good"}', JSON, "*/*", '{"label": "positive"', JSON),
        ('{"text": "good"}', f"{JSON}; charset=utf-8", CSV, "positive,0.", "text/csv; charset=utf-8"),
        ('{"text": "bad"}', JSONLINES, "*/*", '{"label": "negative"', JSONLINES),
        ("bad", CSV, JSON, '{"predictions": [{"label": "negative"', JSON),
    ],
)
def test_invocations(
    server: Server, body: str, content_type: str, accept: str, starts: str, answered: str
) -> None:
    answer = server.post(body, content_type, accept=accept)
    assert answer.status == 200 and answer.text.startswith(starts)
    assert answer.headers["content-type"] == answered


def test_json_is_the_default(server: Server) -> None:
    assert server.request("POST", "/invocations", b'{"text": "bad"}').outcome == (200, "negative")


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status", "code"),
    [
        ("POST", "/invocations", {}, b"{", 400, "invalid_input"),
        ("POST", "/invocations", {}, b"", 400, "invalid_input"),
        ("POST", "/invocations", {"content_type": "text/plain"}, b"good", 415, "unsupported_content_type"),
        ("POST", "/invocations", {"accept": "text/html"}, b'{"text": ""}', 406, "not_acceptable"),
        ("POST", "/invocations", {}, b" " * (MAX_BODY_BYTES + 1), 413, "body_too_large"),
        ("GET", "/invocations", {}, b"", 405, "method_not_allowed"),
        ("GET", "/", {}, b"", 404, "not_found"),
    ],
)
def test_errors_are_small_json(
    server: Server, method: str, path: str, headers: dict[str, str], body: bytes, status: int, code: str
) -> None:
    answer = server.request(method, path, body, **headers)
    assert answer.outcome == (status, code)
    assert answer.json.keys() == {"error", "code"} and answer.json["error"].endswith(".")


def test_the_largest_body_is_read(server: Server) -> None:
    assert server.post(b'{"text": "good"}'.ljust(MAX_BODY_BYTES)).outcome == (200, "positive")


# Many texts


def test_a_bad_line_fails_alone_with_its_number(server: Server) -> None:
    answer = server.post(lines("good") + "nonsense\n" + lines("bad"), JSONLINES)
    first, second, third = map(json.loads, answer.text.splitlines())
    assert (answer.status, first["label"], third["label"]) == (200, "positive", "negative")
    assert (second.keys(), second["code"], second["line"]) == ({"error", "code", "line"}, "invalid_input", 2)


def test_many_texts_are_answered_in_order(server: Server) -> None:
    words = ["good", "plain", "bad"]
    texts = [f"{words[n % 3]} " * (n % 7 + 1) for n in range(4_000)]
    answer = server.post(lines(*texts), JSONLINES)
    labels = [json.loads(line)["label"] for line in answer.text.splitlines()]
    assert labels == (["positive", "neutral", "negative"] * 1334)[:4_000]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (lines(*["good"] * 100_000), JSONLINES),
        ("good\n" * 100_000, CSV),
        (json.dumps({"instances": [{"text": "good"}] * 100_000}), JSON),
    ],
)
def test_a_hundred_thousand_lines_are_refused_in_bounded_memory(
    server: Server, body: str, content_type: str
) -> None:
    (worker,) = server.workers()
    before = peak_mib(worker)
    assert server.post(body, content_type).outcome == (413, "too_many_texts")
    assert peak_mib(worker) - before < 100


def peak_mib(pid: int) -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) // 1024


def test_a_request_of_many_texts_holds_up_nobody(packed_model: Path, gate: Path) -> None:
    many = [f"gate {gate}", *(f"many {n}" for n in range(500))]
    with running(packed_model, "--threads", "1") as server, ThreadPoolExecutor() as pool:
        asked = pool.submit(server.post, lines(*many), JSONLINES)
        with held(gate):
            begun = len(server.runs())
            lone = [server.ask("lone") for _ in range(2)]
            server.noticed()
        assert [answer.result().status for answer in lone] == [200, 200]
        assert len(asked.result(TIMEOUT_S).text.splitlines()) == len(many)
        first = next(n for n, run in enumerate(server.runs()[begun:]) if "lone" in run)
        assert first <= 1


# Overload


def first_done(asked: list[Future[Answer]]) -> Answer:
    done, _ = wait(asked, TIMEOUT_S, FIRST_COMPLETED)
    return done.pop().result()


def test_a_full_queue_is_said_at_once(packed_model: Path, gate: Path) -> None:
    with running(packed_model, "--threads", "1", "--queue", "2") as server, ThreadPoolExecutor() as pool:
        runs = pool.submit(server.predict, f"gate {gate}")
        with held(gate):
            asked = [pool.submit(server.predict, "good") for _ in range(3)]
            refused = first_done(asked)
            assert refused.outcome == (503, "overloaded") and refused.headers["retry-after"] == "2"
        assert sorted(answer.result(TIMEOUT_S).status for answer in [runs, *asked]) == [200, 200, 200, 503]


def test_what_waited_past_its_deadline_never_runs(packed_model: Path) -> None:
    with running(packed_model, SERIN_DEADLINE="1e-9") as server:
        for answer in (server.predict("good"), server.post(lines(*["good"] * 20), JSONLINES)):
            assert answer.outcome == (503, "deadline_exceeded") and answer.headers["retry-after"] == "2"
        assert server.runs() == []


def test_what_a_client_that_left_asked_never_runs(packed_model: Path, gate: Path) -> None:
    with running(packed_model, "--threads", "1") as server:
        asked = server.ask(f"gate {gate}")
        with held(gate):
            host, port = server.ready["url"].removeprefix("http://").split(":")
            with socket.create_connection((host, int(port))) as client:
                body = b'{"text": "left"}'
                client.sendall(b"POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-length: 16\r\n\r\n" + body)
                server.noticed()
            server.noticed()
            stays = server.ask("stays")
            server.noticed()
        assert asked.result().status == stays.result().status == 200
        assert [run for run in server.runs() if "left" in run] == []
        assert server.log().count("Error") == 0


# A model that fails


def test_a_failure_shows_and_logs_no_text(packed_model: Path) -> None:
    with running(packed_model) as server:
        answer = server.predict("fail secret")
        assert (answer.status, answer.json) == (
            500,
            {"error": "The prediction failed.", "code": "internal_error"},
        )
        assert "RuntimeError" in server.log() and "in predict_batch" in server.log()
        assert "secret" not in server.log()


def test_a_text_that_fails_harms_none_that_share_its_batch(packed_model: Path, gate: Path) -> None:
    with running(packed_model, "--threads", "1") as server:
        asked = server.ask(f"gate {gate}")
        with held(gate):
            together = [server.ask(text) for text in ("good so", "fail so", "bad so")]
            server.noticed()
        assert asked.result().status == 200
        assert [answer.result().status for answer in together] == [200, 500, 200]
        assert sorted(server.runs()[1]) == ["bad so", "fail so", "good so"]


def test_ping_is_unhealthy_while_the_model_fails(packed_model: Path) -> None:
    broken = packed_model / "code" / "broken"
    with running(packed_model) as server:
        broken.touch()
        assert [server.predict("good").status for _ in range(3)] == [500] * 3
        assert server.ping() == 503
        broken.unlink()
        assert server.ping() == 200
        assert server.predict("good").status == 200


def test_ping_is_unhealthy_when_a_model_thread_is_dead(packed_model: Path) -> None:
    with running(packed_model) as server:
        assert server.predict("exit now").outcome == (500, "internal_error")
        until(lambda: server.ping() == 503, "an unhealthy ping")


def test_ping_answers_while_the_model_is_busy(packed_model: Path, gate: Path) -> None:
    with running(packed_model, "--threads", "1") as server, ThreadPoolExecutor() as pool:
        waiting = pool.submit(server.predict, f"gate {gate}")
        with held(gate):
            assert server.ping() == 200
            assert not waiting.done()
        assert waiting.result(TIMEOUT_S).status == 200


def test_as_many_runs_as_threads_go_on_at_once(packed_model: Path, tmp_path: Path) -> None:
    gates = [tmp_path / name for name in ("one", "two")]
    for path in gates:
        os.mkfifo(path)
    with running(packed_model, SERIN_THREADS="2") as server, ThreadPoolExecutor() as pool:
        asked = [pool.submit(server.predict, f"gate {path}") for path in gates]
        with held(gates[0]), held(gates[1]):
            assert len(server.runs()) == 2
        assert [answer.result(TIMEOUT_S).status for answer in asked] == [200, 200]


# Life and death


def test_it_is_ready_when_it_says_so_and_exits_with_its_parent(packed_model: Path) -> None:
    with running(packed_model, "--exit-with-parent") as server:
        assert server.ready.keys() == {"event", "url"} and server.ready["event"] == "ready"
        print("not the end", file=server.stdin, flush=True)
        assert server.predict("good").outcome == (200, "positive")
        workers = server.workers()
        server.stdin.close()
        assert server.process.wait(TIMEOUT_S) == 0
        assert server.stdout.read() == ""
        assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


def test_sigterm_finishes_what_was_accepted_and_accepts_nothing_more(packed_model: Path, gate: Path) -> None:
    with running(packed_model, "--threads", "1") as server, ThreadPoolExecutor() as pool:
        runs = pool.submit(server.predict, f"gate {gate}")
        with held(gate):
            waits = pool.submit(server.ask("good").result)
            server.noticed()
            server.process.send_signal(signal.SIGTERM)
            until(lambda: refuses(server), "a refused connection")
            assert not runs.done() and not waits.done()
        assert runs.result(TIMEOUT_S).status == 200
        assert waits.result(TIMEOUT_S).outcome == (200, "positive")
        assert server.process.wait(TIMEOUT_S) == 0


def refuses(server: Server) -> bool:
    try:
        server.ping()
    except OSError:
        return True
    return False


def test_a_killed_worker_loses_only_its_own_requests_and_is_replaced(packed_model: Path) -> None:
    stop = threading.Event()

    def call(server: Server) -> list[bool]:
        answered = []
        while not stop.is_set():
            try:
                answered.append(server.predict("good").status == 200)
            except (OSError, http.client.HTTPException):
                answered.append(False)
        return answered

    with running(packed_model) as server, ThreadPoolExecutor() as pool:
        clients = [pool.submit(call, server) for _ in range(4)]
        until(lambda: len(server.runs()) > 20, "load")
        (victim,) = server.workers()
        os.kill(victim, signal.SIGKILL)
        until(lambda: server.workers() not in ([], [victim]), "another worker")
        before = len(server.runs())
        until(lambda: len(server.runs()) > before + 50, "answers of the other worker")
        stop.set()
        for client in clients:
            answered = client.result(TIMEOUT_S)
            assert answered.count(False) <= 1 and answered[-1]
        assert server.log().count("was killed by signal 9") == 1
        assert server.process.poll() is None


def test_a_worker_does_not_outlive_its_supervisor(word_model: Path) -> None:
    with running(word_model) as server:
        (worker,) = server.workers()
        server.process.kill()
        until(lambda: not Path(f"/proc/{worker}").exists(), "the worker's end")


def test_each_worker_answers(word_model: Path) -> None:
    with running(word_model, SAGEMAKER_MODEL_SERVER_WORKERS="2") as server:
        for victim in server.workers():
            os.kill(victim, signal.SIGSTOP)
            with ThreadPoolExecutor() as pool:
                asked = [pool.submit(server.predict, "good") for _ in range(8)]
                assert first_done(asked).status == 200
                os.kill(victim, signal.SIGCONT)
                assert {answer.result(TIMEOUT_S).status for answer in asked} == {200}


def test_a_closed_stdin_does_not_stop_it_unasked(word_model: Path) -> None:
    with running(word_model) as server:
        server.stdin.close()
        assert server.predict("good").outcome == (200, "positive")


# What cannot be served


def command(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "serving", *options],
        env={**os.environ, "PYTHONPATH": str(MODEL)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    run = command("--model-dir", str(tmp_path), "--port", "0")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith(f"serving: {tmp_path / 'model.json'}: No such file")


def test_a_truncated_model_is_named(word_model: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(word_model, tmp_path / "broken")
    (broken / "model.onnx").write_bytes((broken / "model.onnx").read_bytes()[:-1])
    run = command("--model-dir", str(broken), "--port", "0")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith(
        f"serving: the model cannot be loaded: {broken / 'model.onnx'} is not the file"
    )
    assert len(run.stderr.splitlines()) == 1


def test_an_inference_py_that_cannot_be_run_is_said_in_a_line(packed_model: Path) -> None:
    (packed_model / "code" / "inference.py").write_text("import surprise")
    run = command("--model-dir", str(packed_model), "--port", "0")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "serving: the model cannot be loaded: No module named 'surprise'\n"


def test_a_port_that_is_taken_is_said_in_a_line(word_model: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        run = command("--model-dir", str(word_model), "--port", address.split(":")[1])
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == f"serving: {address}: Address already in use; choose another --host or --port\n"


@pytest.mark.parametrize(
    "option",
    [
        "--workers=0",
        "--threads=x",
        "--deadline=-1",
        "--deadline=inf",
        "--queue=0",
        "--port=65536",
        "--port=x",
    ],
)
def test_numbers_are_checked(option: str, word_model: Path) -> None:
    run = command("--model-dir", str(word_model), "--port=0", option)
    assert (run.returncode, run.stdout) == (2, "")
    assert option.split("=")[0] in run.stderr and not re.search("_count|_port|_seconds", run.stderr)


SUPERVISE = """
import logging, socket, sys
from serving.supervisor import Supervisor
logging.basicConfig()
worker = [sys.executable, "-c", sys.argv[1]]
with socket.create_server(("127.0.0.1", 0)) as listener:
    sys.exit(Supervisor(worker, 1, listener, lambda: print("ready"), pauses=[0, 0]).run())
"""


@pytest.mark.parametrize(
    ("worker", "status", "says"),
    [
        ("raise SystemExit(3)", 1, "a worker exited with 3; 3 died early in a row, giving up"),
        ("import os; os.kill(os.getpid(), 9)", 1, "a worker was killed by signal 9; 3 died early"),
        ("raise SystemExit(2)", 2, ""),
    ],
)
def test_workers_that_keep_dying_are_given_up(worker: str, status: int, says: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", SUPERVISE, worker],
        env={**os.environ, "PYTHONPATH": str(MODEL)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert (run.returncode, run.stdout) == (status, "") and says in run.stderr
