"""The engine as a stage's job gets it, run by the container's Python with nothing but its content."""

import csv
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from container_python import VERSION, container_python

ROOT = Path(__file__).parents[2]

# The job and the model server that it starts may talk to each other, and to nobody else.
NO_NETWORK = """
import ipaddress, sys

def this_machine_alone(event, arguments):
    if event == "socket.getaddrinfo" and arguments[0] not in ("127.0.0.1", "localhost", None):
        raise OSError(f"the job must not look up {arguments[0]}")
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        if not ipaddress.ip_address(arguments[1][0]).is_loopback:
            raise OSError(f"the job must not connect to {arguments[1]}")

sys.addaudithook(this_machine_alone)
"""


@pytest.fixture(scope="module")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python like the container's, without packages of its own."""
    found = container_python()
    if found is None:
        pytest.skip(f"there is no Python {VERSION}, which the container has")
    folder = tmp_path_factory.mktemp("python")
    subprocess.run([found, "-m", "venv", "--without-pip", str(folder)], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "sitecustomize.py").write_text(NO_NETWORK)
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with start.py, engine.tar.gz and its packages, and a model as it is packed."""
    folder = tmp_path_factory.mktemp("code")
    lay = [
        str(ROOT / "node_modules" / ".bin" / "tsx"),
        str(ROOT / "test" / "clarify" / "unpacked.ts"),
        str(folder),
    ]
    laid = subprocess.run(lay, capture_output=True, text=True, check=False)
    assert laid.returncode == 0, laid.stderr
    shutil.copy(ROOT / "clarify" / "start.py", folder)
    shutil.copytree(ROOT / "model" / "artifact", folder / "model", dirs_exist_ok=True)
    (folder / "model" / "code").mkdir()
    shutil.copy(ROOT / "model" / "inference.py", folder / "model" / "code")
    return folder


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    """Of a small job with every metric."""
    rows = [
        {
            "id": f"{place}/{label}/{who}",
            "text": f"My {who} {verb} the {place}.",
            "label": label,
            "template": f"{place}/{label}",
            "who": who,
        }
        for place in ("shop", "market", "hotel", "film")
        for label, verb in (("positive", "loved"), ("negative", "hated"), ("neutral", "saw"))
        for who in ("sister", "brother")
    ]
    data, config = tmp_path / "data.csv", tmp_path / "config.json"
    with data.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    config.write_text(json.dumps(CONFIG))
    return ["--config", str(config), "--data", str(data), "--out", str(tmp_path / "out"), "--probe"]


CONFIG = {
    "dataset_type": "text/csv",
    "label": "label",
    "label_values_or_threshold": ["positive"],
    "facet": [{"name_or_index": "who"}],
    "methods": {"pre_training_bias": {"methods": "all"}, "post_training_bias": {"methods": "all"}},
    "predictor": {"label_headers": ["positive", "neutral", "negative"]},
}


def test_it_makes_a_report_with_nothing_but_its_content_and_no_network(
    interpreter: Path, code: Path, arguments: list[str], tmp_path: Path
) -> None:
    version = ["--model", f"packed={code / 'model'}", "--minimum-group-size", "2", "--replicates", "100"]
    done = subprocess.run(
        [str(interpreter), "-B", str(code / "start.py"), *arguments, *version],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={},
    )
    assert done.returncode == 0, done.stderr
    summary = json.loads((tmp_path / "out" / "summary.json").read_bytes())
    assert summary["model"] == "packed"
    assert summary["importance"]["words"]["positive"]
    with (tmp_path / "out" / "dataset.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["predicted_label"] for row in rows if row["label"] != "neutral"] == [
        row["label"] for row in rows if row["label"] != "neutral"
    ]


def test_it_ends_with_the_jobs_exit_code(interpreter: Path, code: Path, arguments: list[str]) -> None:
    gone = ["--model", "gone=nowhere.tar.gz"]
    command = [str(interpreter), "-B", str(code / "start.py"), *arguments, *gone]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={})
    assert done.returncode == 1
    assert "nowhere.tar.gz is not there" in done.stderr
