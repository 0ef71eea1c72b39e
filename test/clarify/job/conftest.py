"""A small data set, its configuration, and the model that ships behind a proxy that can make faults."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from fault_proxy import FaultProxy, proxy_to
from job.__main__ import main
from model_server import running

Row = dict[str, str]
Job = Callable[..., int]
ARTIFACT = Path(__file__).parents[3] / "model" / "artifact"


@pytest.fixture(scope="session")
def model_url() -> Iterator[str]:
    """Where the model that ships is served."""
    with running(ARTIFACT) as server:
        yield f"{server.ready['url']}/invocations"


@pytest.fixture
def proxy(model_url: str) -> Iterator[FaultProxy]:
    with proxy_to(model_url) as made:
        yield made


@pytest.fixture
def document() -> dict[str, Any]:
    return {
        "dataset_type": "text/csv",
        "label": "label",
        "label_values_or_threshold": ["positive"],
        "facet": [{"name_or_index": "gender"}],
        "methods": {"post_training_bias": {"methods": ["DPPL", "RD"]}},
        "predictor": {"label_headers": ["positive", "neutral", "negative"]},
    }


@pytest.fixture
def rows() -> list[Row]:
    """Sixteen sentences in four families."""
    said = {"positive": "loved", "negative": "hated"}
    return [
        {
            "id": f"{topic}/{label}/{who}",
            "text": f"My {who} {said[label]} the {topic}.",
            "label": label,
            "template": f"{topic}/{label}",
            "gender": gender,
        }
        for topic in ("shop", "market")
        for label in said
        for who, gender in (("sister", "woman"), ("mother", "woman"), ("brother", "man"), ("father", "man"))
    ]


@pytest.fixture
def job(document: dict[str, Any], proxy: FaultProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Runs the command on rows, asking through the proxy, in requests of four texts."""
    monkeypatch.setattr("job.questions._BATCH_TEXTS", 4)
    monkeypatch.setattr("job.__main__.write_pdf", lambda page, pdf: "no report.pdf in tests of other things")

    def run(rows: Sequence[Row], *arguments: str, **changes: object) -> int:
        config, data = tmp_path / "config.json", tmp_path / "data.csv"
        config.write_text(json.dumps(document | changes))
        with data.open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        files = ["--config", str(config), "--data", str(data), "--out", str(tmp_path / "out")]
        quick = ["--work", str(tmp_path / "work"), "--replicates", "100", "--patience", "0.6"]
        return main([*files, *quick, "--model", f"2.0={proxy.url}", *arguments])

    return run
