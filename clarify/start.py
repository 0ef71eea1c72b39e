"""The governance job's first step in its container: unpacks engine.tar.gz beside itself, runs its module job.

Takes the arguments of `python -m job`, and ends with its exit code.
"""

import os
import sys
import tarfile
from pathlib import Path


def main() -> None:
    """Becomes the job, so that the container's signals reach it."""
    here = Path(__file__).resolve().parent
    engine = here / "engine"
    with tarfile.open(here / "engine.tar.gz") as archive:
        archive.extractall(engine, filter="data")
    # before the container's own packages, for the job and for the model server that it starts
    os.environ["PYTHONPATH"] = os.pathsep.join([str(engine), str(engine / "lib")])
    os.execv(sys.executable, [sys.executable, "-P", "-m", "job", *sys.argv[1:]])


if __name__ == "__main__":
    main()
