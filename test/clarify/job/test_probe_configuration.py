"""The committed configuration asks for every facet of the probe, with enough rows for a verdict."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
from analysis.config import read_configuration
from analysis.settings import Settings
from job.table import check
from probe.__main__ import main as make_probe
from probe.sentences import FACETS

FILE = Path(__file__).parents[3] / "clarify/config/analysis_config.json"


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("probe") / "probe.csv"
    assert make_probe(["--out", str(path)]) == 0
    return path


def test_every_facet_is_asked_for(probe: Path) -> None:
    assert check(probe, read_configuration(FILE)).names.facets == FACETS


def test_every_group_has_rows_enough_of_each_label(probe: Path) -> None:
    with probe.open(newline="") as file:
        counts = Counter(
            (facet, row[facet], row["label"])
            for row in csv.DictReader(file)
            for facet in FACETS
            if row[facet]
        )
    assert min(counts.values()) >= Settings().minimum_group_size


def test_clarify_shows_the_model_the_text_alone(probe: Path) -> None:
    with probe.open(newline="") as file:
        columns = next(csv.reader(file))
    config = json.loads(FILE.read_text())
    known = {config["joinsource_name_or_index"], config["label"], *config["excluded_columns"]}
    assert [name for name in columns if name not in known] == ["text"]
