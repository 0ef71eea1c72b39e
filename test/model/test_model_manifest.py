"""The shipped artifact keeps what model.schema.json promises."""

import copy
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

SCHEMA = json.loads((Path(__file__).parents[2] / "model" / "model.schema.json").read_bytes())


@pytest.fixture
def manifest(artifact: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((artifact / "model.json").read_bytes())
    return content


def is_valid(manifest: dict[str, Any]) -> bool:
    return bool(Draft202012Validator(SCHEMA).is_valid(manifest))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_manifest_follows_the_schema(manifest: dict[str, Any]) -> None:
    Draft202012Validator(SCHEMA).validate(manifest)


def test_every_object_is_closed(manifest: dict[str, Any]) -> None:
    for place in (
        (),
        ("data", 0),
        ("metrics", "test/sst3"),
        ("metrics", "test/sst3", "per_class"),
        ("files",),
        ("reference",),
        ("reference", "histograms"),
        ("reference", "histograms", "sentiment"),
    ):
        changed = copy.deepcopy(manifest)
        target: Any = changed
        for key in place:
            target = target[key]
        target["surprise"] = 1
        assert not is_valid(changed), place


def test_other_labels_are_refused(manifest: dict[str, Any]) -> None:
    assert not is_valid({**manifest, "labels": manifest["labels"][::-1]})


def test_rows_add_up(manifest: dict[str, Any]) -> None:
    for file in manifest["data"]:
        assert file["rows"] == file["used"] + file["dropped"]
    for metrics in manifest["metrics"].values():
        assert metrics["rows"] == sum(sum(row.values()) for row in metrics["confusion_matrix"].values())


def test_every_text_of_the_reference_is_in_its_histograms(manifest: dict[str, Any]) -> None:
    histograms = manifest["reference"]["histograms"]
    for name, found in histograms.items():
        assert len(found["bins"]) == len(found["counts"])
        at_most = manifest["reference"]["texts"]
        assert sum(found["counts"]) == at_most or (name == "unknownWords" and sum(found["counts"]) < at_most)


def test_only_training_files_were_trained_on(manifest: dict[str, Any]) -> None:
    trained = {file["sha256"] for file in manifest["data"]}
    assert not trained & {metrics["sha256"] for metrics in manifest["metrics"].values()}


def test_the_artifact_is_small(artifact: Path) -> None:
    assert {path.name for path in artifact.iterdir()} == {"model.json", "model.onnx", "tokenizer.json"}
    assert sum(path.stat().st_size for path in artifact.iterdir()) < 35_000_000


def test_quantization_costs_little_and_scores_are_calibrated(manifest: dict[str, Any]) -> None:
    metrics = manifest["metrics"]
    # of fewer rows, a single answer is more than the half point that may be lost
    large = [item for item in metrics.values() if item["rows"] >= 200]
    assert len(large) >= 6 and all(item["macro_f1"] >= item["float_macro_f1"] - 0.005 for item in large)
    assert manifest["calibration"]["dev_error"] <= 0.05


def test_files_are_those_of_the_artifact(manifest: dict[str, Any], artifact: Path) -> None:
    for name, digest in manifest["files"].items():
        assert sha256((artifact / name).read_bytes()).hexdigest() == digest
