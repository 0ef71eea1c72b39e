"""Builds the wheel that `pip install .` makes of inference.py, with the standard library alone (PEP 517)."""

from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

_NAME = "inference-1.0.0"
_INFO = f"{_NAME}.dist-info"


def build_wheel(
    wheel_directory: str,
    config_settings: Mapping[str, object] | None = None,
    metadata_directory: str | None = None,
) -> str:
    """Writes the wheel into a folder and returns its file's name."""
    files = {
        "inference.py": Path(__file__).with_name("inference.py").read_text(encoding="utf-8"),
        f"{_INFO}/METADATA": "Metadata-Version: 2.1\nName: inference\nVersion: 1.0.0\n",
        f"{_INFO}/WHEEL": "Wheel-Version: 1.0\nGenerator: serin\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = f"{_INFO}/RECORD"
    files[record] = "".join(f"{name},,\n" for name in [*files, record])
    wheel = f"{_NAME}-py3-none-any.whl"
    with ZipFile(Path(wheel_directory) / wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return wheel
