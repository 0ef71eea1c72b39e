"""What `npm run model:package` makes, unpacked and run as SageMaker does, with nothing but its content."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from container_python import VERSION, container_python, is_container_python
from inference import input_fn, model_fn, output_fn, predict_fn

ROOT = Path(__file__).parents[2]
TYPE = "application/jsonlines"

# What the container does, in an interpreter that has its standard library, the archive and no network.
SERVE = """
import json, sys
from pathlib import Path

def no_network(event, arguments):
    if event.startswith("socket."):
        raise OSError(f"the model must not use the network ({event})")

sys.addaudithook(no_network)
folder = sys.argv[1]
sys.path[:0] = [f"{folder}/lib", f"{folder}/code"]
import inference

model = inference.model_fn(folder)
texts = inference.input_fn(sys.stdin.buffer.read(), "application/jsonlines")
body, _ = inference.output_fn(inference.predict_fn(texts, model), "application/jsonlines")
library = Path(folder, "lib")
files = [Path(getattr(module, "__file__", None) or "built in") for module in sys.modules.values()]
packages = {file.relative_to(library).parts[0] for file in files if file.is_relative_to(library)}
print(json.dumps({"body": body, "packages": sorted(packages)}))
"""


@pytest.fixture(scope="module")
def interpreter() -> str:
    """The container's Python where there is one, else the one that runs this."""
    return container_python() or sys.executable


def pack(target: Path, interpreter: str) -> dict[str, Any]:
    version = VERSION if is_container_python(interpreter) else "3.11"
    command = ["npm", "run", "--silent", "model:package", "--", "--json", "--baseline", "model/artifact"]
    command += ["--python", version, "--out", str(target)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    packed: dict[str, Any] = json.loads(done.stdout)
    return packed


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, interpreter: str) -> Path:
    target = tmp_path_factory.mktemp("packed") / "model.tar.gz"
    pack(target, interpreter)
    return target


@pytest.fixture(scope="module")
def unpacked(archive: Path) -> Path:
    folder = archive.parent / "model"
    with tarfile.open(archive) as content:
        content.extractall(folder, filter="data")
    return folder


def test_it_is_the_same_to_the_byte_when_packed_again(
    archive: Path, interpreter: str, tmp_path: Path
) -> None:
    packed = pack(tmp_path / "again.tar.gz", interpreter)
    assert (tmp_path / "again.tar.gz").read_bytes() == archive.read_bytes()
    manifest = json.loads((ROOT / "model" / "artifact" / "model.json").read_bytes())
    assert packed["bytes"] == archive.stat().st_size
    assert packed["metrics"]["test/sst3"] == manifest["metrics"]["test/sst3"]


def test_it_answers_with_nothing_but_its_content_and_no_network(unpacked: Path, interpreter: str) -> None:
    samples = (ROOT / "test" / "samples" / "dynasent.jsonl").read_text().splitlines()[:50]
    body = "".join(json.dumps({"text": json.loads(line)["text"]}) + "\n" for line in samples)
    served = subprocess.run(
        [interpreter, "-I", "-S", "-B", "-c", SERVE, str(unpacked)],
        input=body,
        capture_output=True,
        text=True,
        check=False,
        env={},
    )
    assert served.returncode == 0, served.stderr
    answer = json.loads(served.stdout)
    here, _ = output_fn(predict_fn(input_fn(body, TYPE), model_fn(str(unpacked))), TYPE)
    predictions = [[json.loads(line) for line in text.splitlines()] for text in (answer["body"], here)]
    assert [item["label"] for item in predictions[0]] == [item["label"] for item in predictions[1]]
    for there, expected in zip(*predictions, strict=True):
        assert there["scores"] == pytest.approx(expected["scores"], abs=1e-3)
    assert answer["packages"] == ["numpy", "onnxruntime", "tokenizers"]


def test_its_numpy_has_the_modules_that_the_containers_scipy_imports(
    unpacked: Path, interpreter: str
) -> None:
    program = "import sys; sys.path.insert(0, sys.argv[1]); import numpy.f2py, numpy.ma, numpy.testing"
    command = [interpreter, "-I", "-S", "-B", "-c", program, str(unpacked / "lib")]
    imported = subprocess.run(command, capture_output=True, text=True, check=False)
    assert imported.returncode == 0, imported.stderr


def test_its_code_installs_without_an_index_as_the_container_installs_it(
    unpacked: Path, tmp_path: Path
) -> None:
    code = tmp_path / "code"
    shutil.copytree(unpacked / "code", code)
    # sagemaker-containers 2.8.6 writes this file beside inference.py, then runs `pip install .`
    (code / "setup.py").write_text(
        "from setuptools import setup\nsetup(packages=[''], name='inference', version='1.0.0')\n"
    )
    installed = subprocess.run(
        [sys.executable, "-m", "pip", "install", ".", "--target", str(tmp_path / "site")],
        cwd=code,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull},
    )
    assert installed.returncode == 0, installed.stderr
    assert (tmp_path / "site" / "inference.py").read_bytes() == (code / "inference.py").read_bytes()


def test_it_has_licences_but_no_requirements_to_install_and_no_byte_code(unpacked: Path) -> None:
    names = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*")}
    assert "code/requirements.txt" not in names
    assert {"lib/onnxruntime/LICENSE", "lib/onnxruntime/ThirdPartyNotices.txt"} <= names
    assert any(name.startswith("lib/numpy") and name.endswith("licenses/LICENSE.txt") for name in names)
    assert not [name for name in names if name.endswith(".pyc") or "/tests/" in name.replace("licenses/", "")]
