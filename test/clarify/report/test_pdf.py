"""report.pdf: a whole file or none, in bounded time, and never a reason for the report to fail."""

import os
import select
from collections.abc import Callable
from pathlib import Path

import pytest
from report.pdf import find_chromium, write_pdf

Browser = Callable[[str], str]


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """Puts a shell script in the browser's place; `$OUT` is the file that it is to print to."""

    def install(script: str) -> str:
        path = tmp_path / "chrome"
        find = 'for one in "$@"; do case "$one" in --print-to-pdf=*) OUT="${one#*=}";; esac; done'
        path.write_text(f"#!/bin/sh\n{find}\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setenv("CHROME_PATH", str(path))
        monkeypatch.delenv("CHROMIUM_PATH", raising=False)
        return str(path)

    return install


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "report.html"
    path.write_text("<!doctype html><title>report</title><p>text</p>")
    return path


def test_prints_the_page(page: Path, tmp_path: Path, browser: Browser) -> None:
    browser('echo "$@" > "$OUT.arguments"; printf "%%PDF-1.4 %%%%EOF" > "$OUT"')
    assert write_pdf(page, tmp_path / "report.pdf") is None
    arguments = (tmp_path / "report.pdf.arguments").read_text()
    assert page.as_uri() in arguments
    assert "--no-pdf-header-footer" in arguments  # it would tell paths
    assert ("--no-sandbox" in arguments) == (os.geteuid() == 0)


@pytest.mark.parametrize(
    "script", ["exit 3", "exit 0", 'printf "%%PDF-1.4 half" > "$OUT"', 'echo no > "$OUT"']
)
def test_a_browser_that_fails_leaves_no_file(
    page: Path, tmp_path: Path, browser: Browser, script: str
) -> None:
    path = browser(script)
    problem = write_pdf(page, tmp_path / "report.pdf")
    assert problem is not None
    assert problem.startswith(f"no report.pdf: {path} ended with status")
    assert not (tmp_path / "report.pdf").exists()


def test_a_browser_that_hangs_is_ended_with_its_children(
    page: Path, tmp_path: Path, browser: Browser
) -> None:
    os.mkfifo(tmp_path / "alive")  # open for writing as long as one of its processes lives
    reader = os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK)
    browser(f"exec 3> {tmp_path}/alive; echo started >&3; sleep 600 & wait")
    problem = write_pdf(page, tmp_path / "report.pdf", seconds=2)
    assert problem is not None
    assert problem.endswith("took more than 2 s")
    assert os.read(reader, 100) == b"started\n"
    poll = select.poll()
    poll.register(reader)
    assert poll.poll(10_000) == [(reader, select.POLLHUP)]
    os.close(reader)


def test_a_file_that_is_no_program_is_said(page: Path, tmp_path: Path, browser: Browser) -> None:
    Path(browser("")).write_bytes(b"\x7fELF no program")
    problem = write_pdf(page, tmp_path / "report.pdf")
    assert problem is not None
    assert "cannot be run: Exec format error" in problem


def test_without_a_browser_it_says_so(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CHROME_PATH", "CHROMIUM_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "no Chromium" in (write_pdf(page, tmp_path / "report.pdf") or "")


def test_the_named_browser_comes_first(tmp_path: Path, browser: Browser) -> None:
    named = browser("")
    assert find_chromium({"CHROME_PATH": named, "PATH": os.environ["PATH"]}) == named
    assert find_chromium({"CHROME_PATH": str(tmp_path / "none"), "PATH": ""}) is None


@pytest.mark.skipif(find_chromium(os.environ) is None, reason="no Chromium")
def test_a_real_browser_prints(page: Path, tmp_path: Path) -> None:
    assert write_pdf(page, tmp_path / "report.pdf") is None
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
