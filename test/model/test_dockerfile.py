"""What can be known of the image without Docker: its steps, its lock file, and that its command starts."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from fnmatch import fnmatch
from pathlib import Path

import pytest

MODEL = Path(__file__).parents[2] / "model"
TIMEOUT_S = 30


class Stage:
    """The steps from one FROM to the next, each an instruction and its arguments."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.steps: list[tuple[str, str]] = []

    def arguments(self, instruction: str) -> list[str]:
        return [arguments for name, arguments in self.steps if name == instruction]


def read_stages() -> list[Stage]:
    text = "\n".join(line for line in (MODEL / "Dockerfile").read_text().splitlines() if line[:1] != "#")
    stages: list[Stage] = []
    for line in text.replace("\\\n", " ").splitlines():
        name, _, arguments = line.strip().partition(" ")
        if name == "FROM":
            stages.append(Stage(arguments))
        elif name:
            stages[-1].steps.append((name, " ".join(arguments.split())))
    return stages


@pytest.fixture(scope="module")
def build() -> Stage:
    return read_stages()[0]


@pytest.fixture(scope="module")
def image() -> Stage:
    return read_stages()[-1]


def removed(build: Stage) -> list[str]:
    """Packages that the lock file has and the image has not."""
    (uninstall,) = (run for run in build.arguments("RUN") if " uninstall " in run)
    return uninstall.partition("--yes ")[2].split()


def locked() -> dict[str, str]:
    """What the lock file says of each package."""
    entries = re.split(r"\n(?=\S)", (MODEL / "requirements.txt").read_text())
    return {entry.partition("==")[0]: entry for entry in entries if "==" in entry.splitlines()[0]}


def test_both_stages_have_the_containers_python(build: Stage, image: Stage) -> None:
    assert (build.base, image.base) == ("python:3.12-slim AS build", "python:3.12-slim")


def test_copied_files_exist_and_are_not_ignored(build: Stage, image: Stage) -> None:
    ignored = (MODEL / ".dockerignore").read_text().split()
    sources = [copy.split()[0] for copy in build.arguments("COPY")]
    assert sources == ["requirements.txt", "inference.py", "serving"]
    for source in sources:
        assert (MODEL / source).exists() and f"!{source}" in ignored
    assert all(copy.startswith("--from=build ") for copy in image.arguments("COPY"))


def test_packages_are_installed_by_hash_alone(build: Stage) -> None:
    (install,) = (run for run in build.arguments("RUN") if " install " in run)
    assert {"--require-hashes", "--no-deps", "--only-binary=:all:"} < set(install.split())
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", entry) for entry in locked().values())


def test_the_lock_file_holds_every_requirement() -> None:
    wanted = re.findall(r"^([\w-]+==[\w.]+)", (MODEL / "requirements.in").read_text(), re.MULTILINE)
    wanted += re.findall(
        r"^([\w-]+==[\w.]+)", (MODEL / "requirements-container.in").read_text(), re.MULTILINE
    )
    pinned = {" ".join(entry.split()[:1]) for entry in locked().values()}
    assert set(wanted) <= pinned


def test_the_image_has_no_installer_and_no_root(image: Stage) -> None:
    (clean,) = image.arguments("RUN")
    assert "pip uninstall" in clean and "ensurepip" in clean
    assert not any(fnmatch(run, "*apt*install*") for run in image.arguments("RUN"))
    (user,) = image.arguments("USER")
    assert user.split(":")[0] not in ("root", "0")


def test_nothing_is_written_at_run_time(image: Stage) -> None:
    assert "PYTHONDONTWRITEBYTECODE=1" in image.arguments("ENV")[0]
    assert image.arguments("VOLUME") == []


def test_the_command_starts_without_the_packages_that_the_image_lacks(
    build: Stage, image: Stage, word_model: Path, tmp_path: Path
) -> None:
    (entrypoint,), (arguments,) = image.arguments("ENTRYPOINT"), image.arguments("CMD")
    here = {"python": sys.executable, "/opt/ml/model": str(word_model), "0.0.0.0": "127.0.0.1"}
    command = [here.get(word, word) for word in json.loads(entrypoint) + json.loads(arguments)]
    for package in removed(build):
        module = {"pyyaml": "yaml", "protobuf": "google"}.get(package, package.replace("-", "_"))
        (tmp_path / f"{module}.py").write_text(f"raise ImportError('the image has no {package}')")
    with subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{MODEL}", "SAGEMAKER_BIND_TO_PORT": "0"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        url = json.loads(process.stdout.readline())["url"]
        request = urllib.request.Request(f"{url}/invocations", b'{"text": "good"}')
        request.add_header("content-type", "application/json")
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
            assert json.load(response)["label"] == "positive"
        process.terminate()
        assert process.wait(TIMEOUT_S) == 0


def test_the_port_is_the_one_that_sagemaker_calls(image: Stage) -> None:
    assert image.arguments("EXPOSE") == ["8080"]
