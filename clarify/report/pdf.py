"""report.pdf: the page as headless Chromium prints it, where there is one."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

_PATHS = ("CHROMIUM_PATH", "CHROME_PATH")
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SECONDS = 90

# Offline and quiet: no name resolves, no header tells the file's path.
_ARGUMENTS = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer",
)


def write_pdf(page: Path, pdf: Path, seconds: float = _SECONDS) -> str | None:
    """Prints an HTML file; returns why it could not, or None. It leaves a whole PDF or no file."""
    browser = find_chromium(os.environ)
    if browser is None:
        return "no report.pdf: no Chromium on the PATH (or in CHROMIUM_PATH or CHROME_PATH)"
    problem = _print(browser, page, pdf, seconds)
    if problem is not None:
        pdf.unlink(missing_ok=True)
        return f"no report.pdf: {browser} {problem}"
    return None


def find_chromium(environment: Mapping[str, str]) -> str | None:
    """The browser's executable: CHROMIUM_PATH, CHROME_PATH, else the first known name on the PATH."""
    wanted = [environment[name] for name in _PATHS if environment.get(name)]
    found = (shutil.which(name, path=environment.get("PATH", "")) for name in [*wanted, *_NAMES])
    return next((path for path in found if path is not None), None)


def _print(browser: str, page: Path, pdf: Path, seconds: float) -> str | None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [browser, *_ARGUMENTS, f"--user-data-dir={profile}"]
        if os.geteuid() == 0:  # Chromium's sandbox refuses to run as root, as in containers
            command.append("--no-sandbox")
        command += [f"--print-to-pdf={pdf.resolve()}", page.resolve().as_uri()]
        try:
            status = _run(command, seconds)
        except subprocess.TimeoutExpired:
            return f"took more than {seconds:g} s"
        except OSError as error:
            return f"cannot be run: {error.strerror}"
    return None if status == 0 and _is_whole(pdf) else f"ended with status {status} and no whole file"


def _run(command: list[str], seconds: float) -> int:
    """Runs a command and ends all of its processes, also where this one is told to stop."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    try:
        return process.wait(seconds)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _is_whole(pdf: Path) -> bool:
    try:
        content = pdf.read_bytes()
    except OSError:
        return False
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]
