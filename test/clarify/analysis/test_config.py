"""analysis_config.json: what is wrong is named, with its place and with what is right."""

import json
from pathlib import Path
from typing import Any

import pytest
from analysis.config import configuration, read_configuration
from analysis.problem import AnalysisError
from analysis.settings import Settings
from bias.registry import METRICS, Stage

Json = dict[str, Any]
_SCHEMA = Path(__file__).parents[3] / "clarify/analysis/analysis_config.schema.json"


def _names(stage: Stage) -> list[str]:
    return [name for name, metric in METRICS.items() if metric.stage is stage]


def test_reads_what_is_right(document: Json) -> None:
    found = configuration(document)
    assert [facet.column for facet in found.facets] == ["gender", "age"]
    assert found.facets[1].thresholds == (40.0,)
    assert [metric.name for metric in found.metrics] == [
        *_names(Stage.PRE_TRAINING),
        *_names(Stage.POST_TRAINING),
    ]


def test_metrics_are_chosen(document: Json) -> None:
    document["methods"] = {"post_training_bias": {"methods": ["AD", "DI"]}}
    assert [metric.name for metric in configuration(document).metrics] == ["DI", "AD"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"facets": []}, "facets is unknown; known here: version, dataset_type"),
        ({"label": 1.5}, "label is 1.5, but must be the name or the number"),
        ({"dataset_type": "text/xml"}, "dataset_type is 'text/xml', but must be \"text/csv\" or"),
        ({"version": "2.0"}, "version is '2.0', but must be the string \"1.0\""),
        ({"facet": []}, r"facet is \[\], but must be a list of at least one"),
        ({"facet": [{"name": "x"}]}, r"facet\[0\].name is unknown; known here: name_or_index, value_or"),
        ({"facet": [{}]}, r"facet\[0\]: 'name_or_index' is a required property"),
        (
            {"facet": [{"name_or_index": "x", "value_or_threshold": ["a", 1]}]},
            r"facet\[0\].value_or_threshold is \['a', 1\], but must be strings",
        ),
        ({"methods": {}}, "methods is {}, but must be an object with at least one of"),
        (
            {"methods": {"post_training_bias": {"methods": ["DPL"]}}},
            r"methods.post_training_bias.methods is \['DPL'\], but must be \"all\" or a list of DPPL",
        ),
        (
            {"methods": {"pre_training_bias": {"methods": "all"}, "shap": {"agg_method": "sum"}}},
            "methods.shap.agg_method is 'sum', but must be \"mean_abs\"",
        ),
        ({"headers": ["id", 3]}, r"headers\[1\] is 3, but must be the names of the columns"),
        ({"label_values_or_threshold": ["good"]}, "names 'good', which is none of the labels positive"),
        ({"label_values_or_threshold": ["positive", "neutral", "negative"]}, "names every label"),
        (
            {"facet": [{"name_or_index": "age", "value_or_threshold": [1]}, {"name_or_index": "age"}]},
            r"facet\[0\] has thresholds, so that 'age' can be a facet only once",
        ),
    ],
)
def test_says_what_is_wrong(document: Json, change: Json, message: str) -> None:
    with pytest.raises(AnalysisError, match=message):
        configuration(document | change)


def test_predictions_are_needed_after_training(document: Json) -> None:
    del document["predicted_label"]
    with pytest.raises(AnalysisError, match="post_training_bias needs predicted_label"):
        configuration(document)


def test_names_every_mistake_and_the_file(document: Json, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(document | {"a": 1, "label": None}))
    with pytest.raises(AnalysisError) as raised:
        read_configuration(path)
    assert len(str(raised.value).splitlines()) == 2
    assert str(raised.value).count(str(path)) == 2


@pytest.mark.parametrize("text", ["{", "", "[]"])
def test_what_is_no_object_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(text)
    with pytest.raises(AnalysisError, match=r"config\.json"):
        read_configuration(path)


def test_the_schema_knows_every_metric() -> None:
    methods = json.loads(_SCHEMA.read_text())["properties"]["methods"]["properties"]
    for stage, key in (
        (Stage.PRE_TRAINING, "pre_training_bias"),
        (Stage.POST_TRAINING, "post_training_bias"),
    ):
        known = methods[key]["properties"]["methods"]["anyOf"][1]["items"]["enum"]
        assert known == _names(stage)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"minimum_group_size": 0}, "minimum group size is 0, but must be at least 1"),
        ({"replicates": 10}, "replicates is 10"),
        ({"seed": -1}, "seed is -1"),
        ({"error_rate": 1.0}, "error rate is 1.0, but must be between 0 and 1"),
        ({"tolerance": -0.1}, "tolerance"),
        ({"weeks": 0}, "weeks"),
    ],
)
def test_settings_have_a_meaning(values: Json, message: str) -> None:
    with pytest.raises(AnalysisError, match=message):
        Settings(**values)
