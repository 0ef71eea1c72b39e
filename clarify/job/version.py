"""A model version and the place where it can be asked: VERSION=PLACE."""

import argparse
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from job.archive import artifact
from job.client import Client, Patience
from job.formats import AUTOPILOT, SERIN, Prediction
from job.hosting import HostedModel
from job.signing import signer

Ask = Callable[[Sequence[str]], list[Prediction]]
"""Asks a model about a few texts."""

_NAME = "[A-Za-z0-9._-]{1,64}"


@dataclass(frozen=True)
class Version:
    """A version, and an artifact's folder, a model.tar.gz, or the address of an endpoint."""

    name: str
    place: str

    @property
    def is_endpoint(self) -> bool:
        """Whether somebody else hosts it."""
        return "://" in self.place


def version(argument: str) -> Version:
    """Reads VERSION=PLACE from the command line."""
    name, _, place = argument.partition("=")
    if not re.fullmatch(_NAME, name) or not place:
        raise argparse.ArgumentTypeError(
            "give VERSION=PLACE: a name of letters, digits, . _ - and a folder, a model.tar.gz or an "
            "https:// address"
        )
    if "://" in place and not _may_be_asked(place):
        raise argparse.ArgumentTypeError(
            f"{place} is neither an https:// address nor one of this machine (http://127.0.0.1…)"
        )
    return Version(name, place)


@dataclass(frozen=True)
class Reached:
    """A version that can be asked."""

    ask: Ask
    manifest: Path | None
    """Its model.json, where it is hosted here."""


@contextmanager
def reached(version: Version, labels: Sequence[str], patience: Patience) -> Iterator[Reached]:
    """A version that can be asked while the block runs. Raises AnalysisError where it cannot."""
    if version.is_endpoint:
        with closing(_endpoint(version.place, labels, patience)) as client:
            yield Reached(client.ask, None)
        return
    with tempfile.TemporaryDirectory(prefix="serin-model-") as scratch:
        folder = artifact(Path(version.place), Path(scratch))
        with closing(HostedModel(folder, labels, patience)) as hosted:
            yield Reached(hosted.ask, folder / "model.json")


def _endpoint(address: str, labels: Sequence[str], patience: Patience) -> Client:
    """Autopilot's are the only versions that cannot be hosted; on this machine, ours are asked."""
    if address.startswith("https:"):
        return Client(address, AUTOPILOT, labels, patience, sign=signer(address))
    return Client(address, SERIN, labels, patience)


def _may_be_asked(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
    )
