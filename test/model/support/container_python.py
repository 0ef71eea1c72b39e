"""The Python of SageMaker's scikit-learn container, where this machine has one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

VERSION = "3.12"


def is_container_python(path: str) -> bool:
    """Whether an interpreter is of the container's version."""
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return False
    return said.startswith(f"Python {VERSION}.")


def container_python() -> str | None:
    """The first interpreter that is."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    installed = [str(path) for path in pyenv.glob(f"versions/{VERSION}.*/bin/python")]
    candidates = [sys.executable, shutil.which(f"python{VERSION}") or "", *installed]
    return next(filter(is_container_python, candidates), None)
