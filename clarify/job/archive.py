"""A model version as it was packed: an artifact's folder, or a model.tar.gz that is unpacked."""

import tarfile
import zlib
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from analysis.problem import AnalysisError

_NEEDED = ("model.json", "model.onnx", "tokenizer.json")


def artifact(place: Path, scratch: Path) -> Path:
    """The folder with the model; an archive is unpacked into `scratch`, never outside (PEP 706).

    Raises AnalysisError where there is none, or not all of it.
    """
    folder = place if place.is_dir() else _unpacked(place, scratch)
    if missing := [name for name in _NEEDED if not (folder / name).is_file()]:
        raise AnalysisError(
            f"{place} lacks {', '.join(missing)}; name an artifact's folder or a model.tar.gz"
        )
    return folder


def library(folder: Path) -> Path | None:
    """The Python packages that were packed with a model, where they are for this Python."""
    packages = folder / "lib"
    compiled = (path.name for path in packages.rglob("*.so") if ".cpython-" in path.name)
    fits = all(name.endswith(EXTENSION_SUFFIXES[0]) for name in compiled)
    return packages if packages.is_dir() and fits else None


def _unpacked(place: Path, scratch: Path) -> Path:
    try:
        with tarfile.open(place) as archive:
            archive.extractall(scratch, filter="data")
    except FileNotFoundError:
        raise AnalysisError(f"{place} is not there; name an artifact's folder or a model.tar.gz") from None
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise AnalysisError(f"{place} is no model.tar.gz that can be unpacked: {error}") from error
    return scratch
