"""Versions that the job hosts itself: archives, servers that fail, and how everything ends."""

import errno
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest
from analysis.problem import AnalysisError
from job.archive import artifact, library
from job.client import Patience
from job.version import reached, version

ROOT = Path(__file__).parents[3]
ARTIFACT = ROOT / "model" / "artifact"
LABELS = ("positive", "neutral", "negative")
PATIENCE = Patience(budget_s=5)
_FILES = {"--config": "config.json", "--data": "data.csv", "--out": "out", "--work": "work"}
# An inference.py that does something with the first text it sees; the empty one warms it up.
PACKED = """
import os
from pathlib import Path
from inference import *
from inference import encode as _encode

FOLDER = Path(__file__).parents[1]

def encode(texts, model):
    if any(texts):
        {act}
    return _encode(texts, model)
"""
DIE = "(os.kill(os.getppid(), 9), os._exit(1))"
DIE_ONCE = f"(FOLDER / 'died').exists() or (FOLDER / 'died').touch() or {DIE}"
NOTE = "(FOLDER / 'pids').write_text(f'{os.getpid()} {os.getppid()}')"
WAIT = f"{NOTE}; (FOLDER / 'gate').read_bytes()"


@pytest.fixture
def packed(tmp_path: Path) -> Callable[..., Path]:
    """A folder with the model that ships and an inference.py of its own."""

    def make(act: str, head: str = "") -> Path:
        folder = shutil.copytree(ARTIFACT, tmp_path / "model", copy_function=os.link)
        (folder / "code").mkdir()
        (folder / "code" / "inference.py").write_text(head + PACKED.format(act=act))
        return folder

    return make


def _labels(place: Path, texts: list[str]) -> list[str]:
    with reached(version(f"1={place}"), LABELS, PATIENCE) as model:
        return [answer.label for answer in model.ask(texts)]


def _archive(path: Path, folder: Path) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for entry in sorted(folder.iterdir()):
            archive.add(entry, entry.name)
    return path


def test_an_archive_runs_its_own_code_with_its_own_packages(
    packed: Callable[..., Path], tmp_path: Path
) -> None:
    folder = packed("texts = [shipped_with_it.TEXT]", head="import shipped_with_it\n")
    (folder / "lib").mkdir()
    (folder / "lib" / "shipped_with_it.py").write_text("TEXT = 'I hated it.'")
    assert _labels(_archive(tmp_path / "model.tar.gz", folder), ["I loved it."]) == ["negative"]


def test_packages_for_another_python_are_left_alone(tmp_path: Path) -> None:
    assert library(tmp_path) is None
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / f"fast{EXTENSION_SUFFIXES[0]}").touch()
    assert library(tmp_path) == tmp_path / "lib"
    (tmp_path / "lib" / "fast.cpython-399-x86_64-linux-gnu.so").touch()
    assert library(tmp_path) is None


def test_an_archive_that_lacks_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    shutil.copy(ARTIFACT / "model.json", tmp_path / "part")
    archive = _archive(tmp_path / "model.tar.gz", tmp_path / "part")
    with pytest.raises(AnalysisError, match=r"model\.tar\.gz lacks model\.onnx, tokenizer\.json; name an"):
        artifact(archive, tmp_path / "scratch")


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08\x00 torn"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.tar.gz").write_bytes(content)
    with pytest.raises(AnalysisError, match=r"model\.tar\.gz is no model\.tar\.gz that can be unpacked"):
        artifact(tmp_path / "model.tar.gz", tmp_path / "scratch")


def test_a_torn_archive_is_refused(tmp_path: Path) -> None:
    archive = _archive(tmp_path / "model.tar.gz", ARTIFACT)
    archive.write_bytes(archive.read_bytes()[:100_000])
    with pytest.raises(AnalysisError, match=r"that can be unpacked"):
        artifact(archive, tmp_path / "scratch")


def test_a_missing_archive_is_named(tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match=r"none\.tar\.gz is not there; name an artifact's folder"):
        artifact(tmp_path / "none.tar.gz", tmp_path / "scratch")


@pytest.mark.parametrize(("name", "link"), [("../outside", ""), ("link", "/etc"), ("link", "../outside")])
def test_an_archive_that_reaches_outside_is_refused(tmp_path: Path, name: str, link: str) -> None:
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = (tarfile.SYMTYPE, link) if link else (tarfile.REGTYPE, "")
        archive.addfile(member, io.BytesIO())
    with pytest.raises(AnalysisError, match=r"that can be unpacked: .*(outside|absolute)"):
        artifact(tmp_path / "model.tar.gz", tmp_path / "scratch")
    assert not (tmp_path / "outside").exists()


def test_a_server_that_died_is_started_again(packed: Callable[..., Path]) -> None:
    folder = packed(DIE_ONCE)
    assert _labels(folder, ["I loved it."]) == ["positive"]
    assert (folder / "died").exists()


def test_a_server_that_always_dies_ends_the_job(packed: Callable[..., Path]) -> None:
    with reached(version(f"1={packed(DIE)}"), LABELS, PATIENCE) as model:
        for _ in range(2):
            with pytest.raises(AnalysisError, match="the model server ended"):
                model.ask(["I loved it."])


def test_a_server_that_does_not_end_is_killed(
    packed: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("job.hosting._STOP_S", 0.2)
    folder = packed(f"signal.signal(signal.SIGTERM, signal.SIG_IGN); {NOTE}", head="import signal\n")
    _labels(folder, ["I loved it."])
    pids = (folder / "pids").read_text().split()
    _until(lambda: not any(map(_runs, pids)), "the end of the killed processes")


def test_a_server_that_cannot_start_says_why(packed: Callable[..., Path]) -> None:
    folder = packed("pass", head="raise RuntimeError('made for another computer')\n")
    with pytest.raises(AnalysisError, match=r"does not start: .*made for another computer"):
        _labels(folder, ["I loved it."])


def test_a_server_that_never_answers_is_ended(
    packed: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("job.hosting._START_S", 0.2)
    folder = packed(
        "pass", head="import pathlib; (pathlib.Path(__file__).parents[1] / 'gate').read_bytes()\n"
    )
    os.mkfifo(folder / "gate")
    with pytest.raises(AnalysisError, match=r"the model server does not start within 0\.2 s"):
        _labels(folder, ["I loved it."])


@pytest.mark.parametrize(("told", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_job_that_is_stopped_leaves_no_process_and_no_report(
    packed: Callable[..., Path], tmp_path: Path, told: signal.Signals, code: int
) -> None:
    folder = packed(WAIT)
    os.mkfifo(folder / "gate")
    with _job(tmp_path, folder) as process:
        with _opened(folder / "gate", process):  # the model waits there
            process.send_signal(told)
        said = process.communicate(timeout=60)[1]
    assert process.returncode == code, said
    assert not (tmp_path / "out").exists()
    assert list((tmp_path / "temporary").iterdir()) == []
    assert not any(map(_runs, (folder / "pids").read_text().split()))


def _job(tmp_path: Path, model: Path) -> "subprocess.Popen[str]":
    document = {
        "dataset_type": "text/csv",
        "label": "label",
        "label_values_or_threshold": ["positive"],
        "facet": [{"name_or_index": "gender"}],
        "methods": {"pre_training_bias": {"methods": "all"}},
    }
    (tmp_path / "config.json").write_text(json.dumps(document))
    (tmp_path / "data.csv").write_text("id,text,label,gender\n1,I loved it.,positive,woman\n")
    (tmp_path / "temporary").mkdir()
    files = {name: str(tmp_path / place) for name, place in _FILES.items()}
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "job",
            "--model",
            f"1={model}",
            *(part for pair in files.items() for part in pair),
        ],
        env={
            **os.environ,
            "PYTHONPATH": f"{ROOT / 'clarify'}:{ROOT / 'model'}",
            "TMPDIR": str(tmp_path / "temporary"),
        },
        stderr=subprocess.PIPE,
        text=True,
    )


def _runs(pid: str) -> bool:
    """Not when it is dead and only waits for somebody to ask how it died."""
    try:
        return Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        threading.Event().wait(0.01)


@contextmanager
def _opened(gate: Path, process: "subprocess.Popen[str]") -> Iterator[None]:
    """Begins when somebody waits at the gate, and lets him go at the end."""
    ends: list[int] = []

    def opened() -> bool:
        assert process.poll() is None, "the job ended"
        try:
            ends.append(os.open(gate, os.O_WRONLY | os.O_NONBLOCK))
        except OSError as error:
            assert error.errno == errno.ENXIO
        return bool(ends)

    _until(opened, "the model at the gate")
    try:
        yield
    finally:
        os.close(ends[0])
