"""Fetches a model's archive from the emulated S3 and unpacks it."""

import io
import re
import tarfile
import zlib
from pathlib import Path

from ministack.services import s3

from emulator.errors import ModelStartError

_S3_URL = re.compile(r"s3://(?P<bucket>[^/]+)/(?P<key>.+)")


def unpack(url: str, folder: Path) -> None:
    """Unpacks the .tar.gz at an s3:// URL into a folder, which is created. Raises ModelStartError.

    Nothing is written outside the folder, whatever the archive says: the `data` filter of PEP 706.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(_fetch(url)), mode="r:gz") as archive:
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise ModelStartError(
            f"{url} is not a gzip-compressed tar archive that can be unpacked: {error}"
        ) from error


def _fetch(url: str) -> bytes:
    location = _S3_URL.fullmatch(url)
    if not location:
        raise ModelStartError(f"ModelDataUrl must look like s3://bucket/key, not {url!r}")
    body: bytes | None = s3._get_object_data(location["bucket"], location["key"])
    if body is None:
        raise ModelStartError(f"could not find model data at {url}")
    return body
