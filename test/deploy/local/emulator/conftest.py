"""One emulator for the tests that do not end it."""

from collections.abc import Iterator

import pytest
from emulator_process import Emulator


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """A running emulator, started from a shell that holds a secret."""
    running = Emulator(tmp_path_factory.mktemp("emulator"), {"DEVELOPERS_TOKEN": "hush"})
    yield running
    running.stop()
