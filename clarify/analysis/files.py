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
    the block ends without an error, and are gone otherwise. A file that was not written is not left from an
    earlier time either, and the last one is never there beside files of another time. Raises AnalysisError
    where the folder is not writable. A folder that was made for nothing is gone, too.
    """
    is_new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder))
    except OSError as error:
        raise AnalysisError(f"{folder} cannot be written: {error.strerror}") from error
    try:
        yield temporary
        (folder / names[-1]).unlink(missing_ok=True)
        for name in names:
            _move(temporary / name, folder / name)
    except OSError as error:
        raise AnalysisError(f"the report cannot be written to {folder}: {error}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        if is_new and not any(folder.iterdir()):
            folder.rmdir()


def _move(source: Path, target: Path) -> None:
    if source.exists():
        target.parent.mkdir(exist_ok=True)
        source.replace(target)
    else:
        target.unlink(missing_ok=True)
