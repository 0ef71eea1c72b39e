"""Files of a report, written all or not at all."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from analysis.problem import AnalysisError


@contextmanager
def all_or_nothing(folder: Path, names: Sequence[str]) -> Iterator[Path]:
    """A temporary folder to write the named files into; they are renamed into `folder`, in their order, when
    the block ends without an error, and are gone otherwise. Raises AnalysisError where it is not writable.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder))
    except OSError as error:
        raise AnalysisError(f"{folder} cannot be written: {error.strerror}") from error
    try:
        yield temporary
        for name in names:
            (temporary / name).replace(folder / name)
    except OSError as error:
        raise AnalysisError(f"the report cannot be written to {folder}: {error}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
