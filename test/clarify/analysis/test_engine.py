"""The analysis: Clarify's values, verdicts, and what becomes of data that cannot be judged."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from analysis.config import configuration
from analysis.dataset import read_dataset
from analysis.engine import analyse
from analysis.families import family_counterfactuals
from analysis.history import Earlier
from analysis.names import names_in
from analysis.problem import AnalysisError
from analysis.results import FacetResult, MetricResult
from analysis.settings import Settings
from bias.comparison import Estimate, Verdict
from bias.registry import METRICS
from smclarify.bias import report as smclarify

Json = dict[str, Any]
Write = Callable[..., Path]
People = Callable[..., list[Json]]
Run = Callable[..., tuple[FacetResult, ...]]

_QUICK = Settings(replicates=200)


@pytest.fixture
def run(document: Json, write: Write) -> Run:
    def run_rows(
        rows: Sequence[Json],
        settings: Settings = _QUICK,
        history: Sequence[Earlier] = (),
        **changes: object,
    ) -> tuple[FacetResult, ...]:
        path, config = write(rows), configuration(document | changes)
        names = names_in(path, config)
        return analyse(config, read_dataset(path, config), names.facets, settings, history)

    return run_rows


def _found(facets: Sequence[FacetResult], value: str, metric: str) -> MetricResult:
    (facet,) = (facet for facet in facets if facet.value == value)
    (result,) = (result for result in facet.metrics if result.metric.name == metric)
    return result


_FACETS = [
    {"name_or_index": "gender"},
    {"name_or_index": "gender", "value_or_threshold": ["female"]},
    {"name_or_index": "topic", "value_or_threshold": ["food", "service"]},
    {"name_or_index": "age", "value_or_threshold": [40]},
]


_TOPIC = [{"name_or_index": "topic"}]


@pytest.mark.parametrize("facet", _FACETS, ids=str)
def test_groups_and_values_are_those_of_smclarify(run: Run, people: People, facet: Json) -> None:
    rows = people(400)
    for row in rows:
        row["age"] += (
            int(row["id"].removeprefix("text-")) % 2 / 2
        )  # decimal numbers are a continuous column for smclarify
    ours = run(rows, facet=[facet], group_variable="topic")
    theirs = _of_smclarify(pd.DataFrame(rows), facet)
    assert {facet.value for facet in ours} == set(theirs)
    for result_of in ours:
        for result in result_of.metrics:
            if (
                result.metric.name != "FT"
            ):  # smclarify asks numeric columns for neighbours, ours the templates
                expected = theirs[result_of.value][result.metric.name]
                value = None if np.isnan(result.value) else result.value
                assert value == (None if expected is None else pytest.approx(expected, abs=1e-9))


def _of_smclarify(frame: pd.DataFrame, facet: Json) -> dict[str, dict[str, float | None]]:
    found: dict[str, dict[str, float | None]] = {}
    for stage in smclarify.StageType:
        for group in smclarify.bias_report(
            frame[[facet["name_or_index"]]],
            smclarify.FacetColumn(facet["name_or_index"], facet.get("value_or_threshold")),
            smclarify.LabelColumn("label", frame["label"], ["positive"]),
            stage,
            smclarify.LabelColumn("predicted_label", frame["predicted_label"], ["positive"]),
            ["all"],
            frame["topic"],
        ):
            values = found.setdefault(group["value_or_threshold"], {})
            values |= {metric["name"]: metric["value"] for metric in group["metrics"]}
    return found


def test_harm_is_worse_than_the_baseline(run: Run, people: People) -> None:
    recall = _found(run(people(harm=0.5)), "female", "RD")
    assert recall.verdict is Verdict.WORSE
    assert recall.reason == "further from fair than the baseline"
    assert recall.interval is not None
    assert recall.interval.low <= recall.value <= recall.interval.high
    assert recall.baseline_value is not None
    assert recall.value > recall.baseline_value + 0.2


def test_the_same_predictions_are_ok(run: Run, people: People) -> None:
    facets = run(people())
    assert {result.verdict for facet in facets for result in facet.metrics} == {
        Verdict.OK,
        Verdict.INSUFFICIENT_DATA,
    }
    assert _found(facets, "female", "DPL").reason == "the labels are the same for both models"


def test_a_seed_gives_the_same_report(run: Run, people: People) -> None:
    first, again, other = (run(people(), replace(_QUICK, seed=seed)) for seed in (1, 1, 2))
    assert _intervals(first) == _intervals(again)
    assert _intervals(first) != _intervals(other)


def test_other_facets_change_no_interval(run: Run, people: People) -> None:
    alone = run(people(), facet=[{"name_or_index": "gender"}])
    among = run(people(), facet=[{"name_or_index": "topic"}, {"name_or_index": "gender"}])
    assert _intervals(alone) == [ends for ends in _intervals(among) if ends[0] == "gender"]


def _intervals(facets: Sequence[FacetResult]) -> list[tuple[str, str, str, Any]]:
    return [
        (facet.facet, facet.value, result.metric.name, result.interval)
        for facet in facets
        for result in facet.metrics
        if result.metric.name not in ("CDDL", "CDDPL")
    ]


def test_the_correction_is_over_the_whole_report(run: Run, people: People) -> None:
    rows = people(harm=0.15, seed=1)
    one = run(rows, facet=[{"name_or_index": "gender"}], methods={"post_training_bias": {"methods": ["RD"]}})
    many = run(rows)
    assert _found(one, "female", "RD").verdict is Verdict.WORSE
    assert _found(many, "female", "RD").verdict is Verdict.OK


def _earlier(unfairness: float, error: float = 0.02) -> Earlier:
    key = ("gender", "female", "RD")
    return Earlier("2026-01-01T00:00:00Z", Verdict.OK, 0, {key: Estimate(unfairness, error)}, {}, {})


def test_weeks_are_compared_with_the_last_reports(run: Run, people: People) -> None:
    rows = [{key: row[key] for key in row if key != "baseline_predicted_label"} for row in people(harm=0.5)]
    worse = _found(run(rows, history=[_earlier(0.0)] * 4), "female", "RD")
    assert (worse.verdict, worse.reason) == (Verdict.WORSE, "further from fair than in the last reports")
    assert _found(run(rows, history=[_earlier(0.5)] * 4), "female", "RD").verdict is Verdict.OK
    only_the_last = run(rows, replace(_QUICK, weeks=1), [_earlier(0.0)] * 3 + [_earlier(0.5)])
    assert _found(only_the_last, "female", "RD").verdict is Verdict.OK


def test_nothing_to_compare_with_is_said(run: Run, people: People) -> None:
    rows = [{key: row[key] for key in row if key != "baseline_predicted_label"} for row in people()]
    result = _found(run(rows), "female", "RD")
    assert result.verdict is Verdict.INSUFFICIENT_DATA
    assert result.reason == "nothing to compare with: no baseline, no earlier report"
    assert result.interval is not None


def _all_equal(rows: list[Json], **values: str) -> list[Json]:
    return [row | values for row in rows]


def test_one_row_is_insufficient_data(run: Run, people: People) -> None:
    (facet, _) = run(people(1))
    assert {result.verdict for result in facet.metrics} == {Verdict.INSUFFICIENT_DATA}
    assert {result.reason for result in facet.metrics} >= {"no rows outside of the group"}


def test_one_group_is_insufficient_data(run: Run, people: People) -> None:
    facets = run(_all_equal(people(100), gender="female"))
    assert _found(facets, "female", "AD").reason == "no rows outside of the group"


def test_an_empty_group_is_insufficient_data(run: Run, people: People) -> None:
    facet = [{"name_or_index": "gender", "value_or_threshold": ["diverse"]}]
    result = _found(run(people(100), facet=facet), "diverse", "AD")
    assert (result.verdict, result.reason) == (Verdict.INSUFFICIENT_DATA, "no rows in the group")


@pytest.mark.parametrize("label", ["positive", "negative"])
def test_one_label_is_insufficient_data(run: Run, people: People, label: str) -> None:
    facets = run(_all_equal(people(200), label=label, predicted_label=label, baseline_predicted_label=label))
    for name in set(METRICS) - {"CI", "DPPL", "DI", "CDDPL", "FT"}:
        result = _found(facets, "female", name)
        assert result.verdict is Verdict.INSUFFICIENT_DATA
        assert result.reason
    assert "same outcome as label" in _found(facets, "female", "AD").reason


def test_no_rows_with_labels_are_insufficient_data(run: Run, people: People) -> None:
    facets = run(_all_equal(people(20), label=""))
    assert {result.verdict for facet in facets for result in facet.metrics} == {Verdict.INSUFFICIENT_DATA}


def test_few_rows_of_the_kind_that_counts_are_insufficient_data(run: Run, people: People) -> None:
    rows = people(200)
    facets = run(rows, replace(_QUICK, minimum_group_size=60))
    positive = sum(row["gender"] == "female" and row["label"] == "positive" for row in rows)
    assert _found(facets, "female", "AD").verdict is Verdict.OK
    expected = f"{positive} rows of the group with a positive label; 60 are needed"
    assert _found(facets, "female", "RD").reason == expected


def test_strata_are_needed_for_the_conditional_metrics(run: Run, people: People) -> None:
    result = _found(run(people(200)), "female", "CDDL")
    assert np.isnan(result.value)
    assert result.problem == "Group variable is empty or not provided"
    assert not np.isnan(_found(run(people(200), group_variable="topic"), "female", "CDDL").value)


def test_rows_without_a_facet_are_left_out_of_that_facet(run: Run, people: People) -> None:
    rows = people(200)
    for row in rows[:50]:
        row["gender"] = ""
    facets = run(rows)
    sizes = {facet.facet: facet.group.rows + facet.rest.rows for facet in facets}
    assert sizes == {"gender": 150, "age": 200}
    without = run(rows[50:])
    for name in ("DPPL", "DPL", "CI"):
        assert _found(facets, "female", name).value == _found(without, "female", name).value


def test_rows_without_one_facet_are_in_no_intersection(run: Run, people: People) -> None:
    rows = people(200)
    for row in rows[:50]:
        row["gender"] = ""
    facets = run(rows, replace(_QUICK, intersections=(("gender", "topic"),)), facet=_FACETS[:1] + _TOPIC)
    both = [facet for facet in facets if facet.facet == "gender & topic"]
    assert len(both) == 6
    assert {facet.group.rows + facet.rest.rows for facet in both} == {150}


def test_intersections_are_all_combinations(run: Run, people: People) -> None:
    facets = run(
        people(300),
        replace(_QUICK, intersections=(("gender", "topic"),)),
        facet=[{"name_or_index": "gender"}, {"name_or_index": "topic"}],
    )
    both = [facet for facet in facets if facet.facet == "gender & topic"]
    assert [facet.value for facet in both] == [
        "female & food",
        "female & price",
        "female & service",
        "male & food",
        "male & price",
        "male & service",
    ]
    assert sum(facet.group.rows for facet in both) == 300


def test_an_intersection_needs_facets(run: Run, people: People) -> None:
    with pytest.raises(AnalysisError, match="gender & hair needs 'hair' in the configuration's facet"):
        run(people(30), replace(_QUICK, intersections=(("gender", "hair"),)))


def test_the_counterfactual_is_the_family_outside_of_the_group() -> None:
    families = np.array([0, 0, 0, 0, 1, 1, 2, -1], dtype=np.int32)
    inside = np.array([1, 0, 0, 0, 1, 0, 1, 1], dtype=np.bool_)
    prediction = np.array([1, 0, 0, 1, 0, 1, 1, 0], dtype=np.bool_)
    found = family_counterfactuals(families, inside, prediction)
    assert found is not None
    # flips by a majority of 2 to 1, flips by the only one, has no family outside, is of no family
    assert list(found[inside]) == [False, True, True, False]
    assert list(found[~inside]) == list(prediction[~inside])


def test_families_on_one_side_have_no_counterfactual(run: Run, people: People) -> None:
    rows = people(100)
    for row in rows:
        row["template"] = row["gender"]
    assert _found(run(rows), "female", "FT").problem == (
        "no sentence family (column `template`) has rows on both sides"
    )


def test_shares_of_labels_and_predictions_are_counted(run: Run, people: People) -> None:
    rows = people(100)
    (facet,) = (facet for facet in run(rows) if facet.value == "female")
    women = [row for row in rows if row["gender"] == "female"]
    for counted, key in ((facet.group.labels, "label"), (facet.group.predictions, "predicted_label")):
        assert counted["neutral"] == sum(row[key] == "neutral" for row in women)
