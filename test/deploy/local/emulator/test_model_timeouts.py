"""How long the emulator waits for a model: until it is ready, until it answers, until it ends."""

import io
import json
import threading
from pathlib import Path

import pytest
import urllib3
from emulator import events, model_servers, sagemaker_runtime
from emulator.errors import ModelStartError
from emulator.model_servers import ModelServer
from emulator_process import SERVING_DOUBLE, until


def start(folder: Path, spec: dict[str, object]) -> ModelServer:
    """A model server on the serving double."""
    (folder / "spec.json").write_text(json.dumps(spec))
    return ModelServer("slow", "main", folder, SERVING_DOUBLE, folder / "slow.log", {})


def test_a_model_that_does_not_get_ready_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_servers, "_START_TIMEOUT_S", 1)
    monkeypatch.setattr(model_servers, "_STOP_TIMEOUT_S", 0.1)
    (tmp_path / "slow.log").write_text("of an earlier start\n")
    with pytest.raises(ModelStartError, match=r"^the model server was not ready after 1 s: still loading$"):
        start(tmp_path, {"silent": True})


def test_a_model_that_does_not_answer_is_a_model_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sagemaker_runtime, "_TIMEOUT", urllib3.Timeout(connect=1, read=0.2))
    server = start(tmp_path, {"version": "1"})
    status, _, body = sagemaker_runtime.invoke("slow", server, {}, b"hang")
    server.stop()
    assert status == 424
    assert json.loads(body)["OriginalStatusCode"] == 0
    assert "invocation timed out" in json.loads(body)["OriginalMessage"]


def test_a_stopped_model_is_no_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stdout = io.StringIO()
    monkeypatch.setattr(events, "_stream", stdout)
    server = start(tmp_path, {"version": "1"})
    server.stop()
    until(lambda: "model-slow" not in [thread.name for thread in threading.enumerate()])
    assert stdout.getvalue() == ""
