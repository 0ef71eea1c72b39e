"""Which weeks are called drift, and which cannot be judged."""

import dataclasses
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from analysis.problem import AnalysisError
from drift.comparison import compare
from drift.reference import Reference, read_reference
from drift.results import Drift, DriftVerdict
from drift.traffic import Traffic, read_earlier, read_traffic
from jsonschema import Draft202012Validator
from report.drift import drift_section
from report.html import element, text_of

OK, DRIFT, INSUFFICIENT = DriftVerdict.OK, DriftVerdict.DRIFT, DriftVerdict.INSUFFICIENT_DATA
LONG = [0.1, 0.2, 0.7]
LONGER = [0.02, 0.03, 0.95]
GLOOMY = [0.1, 0.1, 0.8]
SUMMARY = Path(__file__).parents[3] / "clarify" / "job" / "summary.schema.json"

Week = Callable[..., dict[str, Any]]
Read = Callable[[dict[str, Any]], Traffic]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads a week from a file."""

    def written(content: dict[str, Any]) -> Traffic:
        file = tmp_path / "traffic.json"
        file.write_text(json.dumps(content))
        return read_traffic(file)

    return written


def verdicts(drift: Drift) -> dict[str, DriftVerdict]:
    return {feature.name: feature.verdict for feature in drift.features}


def test_a_week_like_the_training_texts_is_ok(reference: Reference, week: Week, read: Read) -> None:
    drift = compare(reference, read(week()), model="a")
    assert (drift.verdict, drift.requests) == (OK, 10_000)
    assert set(verdicts(drift).values()) == {OK}


def test_the_first_week_tells_what_is_unlike_the_training_texts(
    reference: Reference, week: Week, read: Read
) -> None:
    drift = compare(reference, read(week(textBytes=LONG)), model="a")
    assert verdicts(drift)["textBytes"] is drift.verdict is DRIFT
    assert [name for name, verdict in verdicts(drift).items() if verdict is DRIFT] == ["textBytes"]


def test_what_was_so_before_is_no_news_and_a_further_change_is(
    reference: Reference, week: Week, read: Read
) -> None:
    earlier = [read(week(number, textBytes=LONG)) for number in (1, 2, 3)]
    assert compare(reference, read(week(textBytes=LONG)), earlier, "a").verdict is OK
    assert compare(reference, read(week(textBytes=LONGER)), earlier, "a").verdict is DRIFT


def test_a_way_back_to_the_training_texts_is_ok(reference: Reference, week: Week, read: Read) -> None:
    earlier = [read(week(number, textBytes=LONGER)) for number in (1, 2, 3)]
    assert compare(reference, read(week()), earlier, "a").verdict is OK


def test_slow_drift_is_seen_from_far_enough(reference: Reference, week: Week, read: Read) -> None:
    course = [[0.2 - 0.02 * step, 0.5 - 0.03 * step, 0.3 + 0.05 * step] for step in range(9)]
    weeks = [read(week(8 - step, textBytes=shares)) for step, shares in enumerate(course)]
    assert compare(reference, weeks[-1], weeks[:-1], "a").verdict is DRIFT
    pairs = [compare(reference, now, [before], "a").verdict for before, now in itertools.pairwise(weeks)]
    assert set(pairs) == {OK}  # none of the steps alone


def test_few_requests_decide_nothing(reference: Reference, week: Week, read: Read) -> None:
    drift = compare(reference, read(week(requests=400, textBytes=LONGER)), model="a")
    assert drift.verdict is INSUFFICIENT
    assert "500 are needed" in drift.features[0].reason


def test_a_version_without_a_reference_is_not_judged(week: Week, read: Read) -> None:
    drift = compare(None, read(week(textBytes=LONGER)), model="a")
    assert drift.verdict is INSUFFICIENT
    assert all(feature.from_training is None for feature in drift.features)


def test_answers_are_compared_by_version_and_texts_are_not(
    reference: Reference, week: Week, read: Read
) -> None:
    earlier = [read(week(number, model="old", textBytes=LONG)) for number in (1, 2)]
    drift = compare(reference, read(week(textBytes=LONG, sentiment=GLOOMY)), earlier, "a")
    assert verdicts(drift) == {
        "textBytes": OK,  # as before
        "unknownWords": OK,
        "sentiment": INSUFFICIENT,  # unlike training, but this version's first week
        "confidence": OK,
    }


def test_other_versions_answers_of_the_week_do_not_count(
    reference: Reference, week: Week, read: Read
) -> None:
    both = week()
    both["models"] += week(model="b", sentiment=GLOOMY)["models"]
    drift = compare(reference, read(both), model="a")
    by_name = {feature.name: feature.requests for feature in drift.features}
    assert (by_name["sentiment"], by_name["textBytes"], drift.verdict) == (10_000, 20_000, OK)


def test_words_of_another_list_are_not_compared(reference: Reference, week: Week, read: Read) -> None:
    other = dataclasses.replace(reference, vocabulary="11111111")
    assert verdicts(compare(other, read(week()), model="a"))["unknownWords"] is INSUFFICIENT


def test_weeks_that_overlap_are_counted_once(reference: Reference, week: Week, read: Read) -> None:
    earlier = [read(week(ago)) for ago in (0, 0.4, 1, 1.5, 1.95)]  # by hand in between, and a late schedule
    assert compare(reference, read(week()), earlier, "a").weeks_before == 2


def test_the_summary_is_as_its_schema_says(reference: Reference, week: Week, read: Read) -> None:
    schema = json.loads(SUMMARY.read_bytes())["properties"]["drift"]
    for drift in (
        compare(reference, read(week(textBytes=LONGER)), model="a"),
        compare(None, read(week()), model="a"),
    ):
        Draft202012Validator(schema).validate(drift.summary())
        json.dumps(dataclasses.asdict(drift), allow_nan=False)


def test_what_could_not_be_counted_is_left_out_and_said(reference: Reference, week: Week, read: Read) -> None:
    part = {**week(), "notes": ["confidence could not be counted: it took too long"]}
    del part["models"][0]["histograms"]["confidence"]
    drift = compare(reference, read(part), model="a")
    assert verdicts(drift)["confidence"] is INSUFFICIENT
    assert "it took too long" in page(drift)


def page(drift: Drift) -> str:
    return text_of(element("section", *drift_section(drift)))


def test_the_section_has_every_number_as_text(reference: Reference, week: Week, read: Read) -> None:
    earlier = [read(week(1, textBytes=LONG))]
    html = page(compare(reference, read(week(textBytes=LONGER)), earlier, "a"))
    for text in (
        "Length of the text",
        "1 to 16 bytes",
        "95.0 %",
        "70.0 %",
        "30.0 %",
        "10,000 requests",
        "1 week before",
    ):
        assert text in html, text
    assert html.count("<svg") == html.count('aria-hidden="true"') == 3 + 2 + 3 + 3


def test_the_section_of_the_first_week_has_no_bars_of_earlier_ones(
    reference: Reference, week: Week, read: Read
) -> None:
    html = page(compare(reference, read(week()), model="a"))
    assert "no week before" in html
    assert 'class="before"' not in html
    assert "<svg" not in page(compare(None, read(week()), model="a"))


def test_names_in_notes_are_escaped(reference: Reference, week: Week, read: Read) -> None:
    assert "<b>" not in page(compare(reference, read({**week(), "notes": ["<b>"]}), model="a"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"surprise": 1}, r"traffic.json: \$ is not as"),
        ({"models": [{"model": "a"}]}, r"\$.models\[0\] is not as"),
        (
            {
                "models": [
                    {
                        "model": "a",
                        "requests": 1,
                        "histograms": {"textBytes": {"bins": [1, 2, 3], "counts": [1, 2]}},
                    }
                ]
            },
            "3 bins have 2 counts",
        ),
    ],
)
def test_a_malformed_week_is_refused(change: dict[str, Any], message: str, week: Week, read: Read) -> None:
    with pytest.raises(AnalysisError, match=message):
        read({**week(), **change})


def test_earlier_weeks_that_cannot_be_read_are_noted(tmp_path: Path, week: Week) -> None:
    for name, text in (("good", json.dumps(week(1))), ("bad", "{"), ("none", None)):
        (tmp_path / name).mkdir()
        if text is not None:
            (tmp_path / name / "traffic.json").write_text(text)
    weeks, notes = read_earlier([tmp_path / name for name in ("good", "bad", "none")])
    assert len(weeks) == len(notes) == 1
    assert "An earlier week is left out" in notes[0]


def test_the_reference_of_a_model(tmp_path: Path, reference: Reference) -> None:
    file = tmp_path / "model.json"
    assert read_reference(file) is read_reference(None) is None  # an Autopilot version has none
    file.write_text("{}")
    assert read_reference(file) is None
    file.write_text('{"reference": {"vocabulary": "0badcafe", "histograms": {"textBytes": {"bins": [1]}}}}')
    with pytest.raises(AnalysisError, match="section `reference` cannot be read"):
        read_reference(file)
    shipped = read_reference(Path(__file__).parents[3] / "model" / "artifact" / "model.json")
    assert shipped is not None
    assert shipped.histograms.keys() == reference.histograms.keys()
