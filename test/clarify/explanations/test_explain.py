"""Explanations of a data set: the same on every run, even-handed, and discreet about people's texts."""

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from analysis.config import Configuration, FacetConfiguration
from analysis.dataset import read_dataset
from analysis.names import names_in
from analysis.problem import AnalysisError
from bias.registry import METRICS
from explanations import terms
from explanations.attribution import Attribution
from explanations.choice import choose
from explanations.explain import Explained, explain
from explanations.importance import global_importance, normal
from explanations.local import write_local
from explanations.parts import parts_of
from probe import sentences

_SENTENCES = {
    "positive": "We had a good day with {person}.",
    "neutral": "We met {person} on Monday.",
    "negative": "{person} had a bad day.",
}
_PEOPLE = {"not named": "my guest", "blue": "my blue guest", "green": "my green guest"}
_CONFIG = Configuration(
    "text/csv",
    "label",
    ("positive",),
    (FacetConfiguration("colour"),),
    (METRICS["DPL"],),
    predicted_label=None,
)


def _model(texts: Sequence[str]) -> list[list[float]]:
    """Adds: "good" and "bad" move the score, and so does "green", which should not."""
    return [
        [0.1 + 0.5 * ("good" in text), 0.3, 0.2 + 0.4 * ("bad" in text) + 0.2 * ("green" in text)]
        for text in texts
    ]


@pytest.fixture
def probe(tmp_path: Path) -> Path:
    """Eight families for each label, each with a row for each group."""
    rows = [
        [
            f"{label}-{number}/{group}",
            _SENTENCES[label].format(person=person),
            label,
            f"{label}-{number}",
            group,
        ]
        for label in _SENTENCES
        for number in range(8)
        for group, person in _PEOPLE.items()
    ]
    return _write(tmp_path, ["id", "text", "label", "template", "colour"], rows)


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    """Texts of people, without families; a name occurs nine times, in texts that are alike otherwise."""
    rows = [
        [str(number), f"Good soup, {'Anne' if number < 9 else 'and'} number {number}.", "positive", "red"]
        for number in range(40)
    ]
    return _write(tmp_path, ["id", "text", "label", "colour"], rows)


def _write(folder: Path, header: list[str], rows: list[list[str]]) -> Path:
    path = folder / "data.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def _explained(path: Path, probe: bool) -> Explained:
    names = names_in(path, _CONFIG)
    return explain(path, _CONFIG, names, read_dataset(path, _CONFIG), _model, probe=probe, seed=0)


def test_words_that_move_a_score_lead(probe: Path) -> None:
    words = _explained(probe, probe=True).explanations.words
    (best, *_), (worst, *_) = words["positive"], words["negative"]
    assert (best.word, round(best.weight, 6)) == ("good", 0.5)
    assert (worst.word, round(worst.weight, 6)) == ("bad", 0.4)
    assert all(one.weight == pytest.approx(0, abs=1e-12) for one in words["neutral"])


def test_the_words_of_a_group_are_found_and_weighed(probe: Path) -> None:
    (found,) = _explained(probe, probe=True).explanations.group_terms
    assert found.facet == "colour"
    assert {one.group: round(one.weights["negative"], 6) for one in found.groups} == {"blue": 0, "green": 0.2}
    assert len({one.texts for one in found.groups}) == 1  # the same sentences
    # "good" 0.5 or "bad" 0.4 in two of three sentences, and "green" 0.2 in all of its own
    assert found.share == pytest.approx(3 * 0.2 / (2 * (0.5 + 0.4) + 3 * 0.2))


def test_the_group_without_a_name_is_the_probes() -> None:
    assert terms.NOT_NAMED == sentences.NOT_NAMED


def test_texts_that_show_it_are_chosen(probe: Path) -> None:
    shown = _explained(probe, probe=True).explanations.examples
    assert {one.prediction for one in shown if one.why == "a sure and right answer"} == {
        "positive",
        "neutral",
        "negative",
    }
    leaning = next(one for one in shown if "colour: green" in one.why)
    assert dict(leaning.words)["green"] != 0


def test_the_choice_is_the_same_on_every_run_and_depends_on_the_seed(probe: Path) -> None:
    data = read_dataset(probe, _CONFIG)
    assert choose(data, 0) == choose(data, 0)
    assert set(choose(data, 0).families) != set(choose(data, 1).families)


def test_the_groups_of_a_facet_are_explained_in_the_same_sentences(probe: Path) -> None:
    data = read_dataset(probe, _CONFIG)
    choice = choose(data, 0)
    assert len(choice.families) == 9  # three of each label
    for members in choice.families.values():
        assert sorted(data.facets["colour"].codes[list(members)].tolist()) == [0, 1, 2]


def test_rows_are_spread_evenly_over_labels_and_groups(reviews: Path) -> None:
    data = read_dataset(reviews, _CONFIG)
    labels = np.repeat([0, 1, 2], [9_000, 900, 100]).astype(np.int32)
    many = replace(
        data,
        label=replace(data.label, codes=labels),
        facets={"colour": replace(data.facets["colour"], codes=np.zeros(10_000, dtype=np.int32))},
    )
    assert np.bincount(labels[choose(many, 0).rows]).tolist() == [100, 100, 100]


def test_rows_with_empty_cells_are_not_explained(reviews: Path) -> None:
    data = read_dataset(reviews, _CONFIG)
    codes = np.where(np.arange(40) < 30, -1, data.label.codes).astype(np.int32)
    assert min(choose(replace(data, label=replace(data.label, codes=codes)), 0).rows) == 30


def test_words_of_few_people_are_not_shown(reviews: Path) -> None:
    found = _explained(reviews, probe=False).explanations
    words = {one.word for shown in found.words.values() for one in shown}
    assert {"good", "soup", "and", "number"} == words  # neither Anne, nor the numbers
    assert found.examples == ()


def test_texts_of_people_are_written_nowhere(reviews: Path, tmp_path: Path) -> None:
    assert not write_local(tmp_path / "explanations_shap/out.jsonl", _explained(reviews, probe=False))
    assert not (tmp_path / "explanations_shap").exists()


def test_writes_what_clarify_writes_for_text(probe: Path, tmp_path: Path) -> None:
    explained = _explained(probe, probe=True)
    path = tmp_path / "explanations_shap/out.jsonl"
    assert write_local(path, explained)
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert len(lines) == explained.explanations.texts
    first = explained.attributions[0]
    assert lines[0]["join_source_value"] == explained.identifiers[0]
    (feature,) = lines[0]["explanations"]
    assert {key: feature[key] for key in ("feature_name", "data_type")} == {
        "feature_name": "text",
        "data_type": "free_text",
    }
    for found, part in zip(feature["attributions"], first.parts, strict=True):
        assert found["description"] == {"partial_text": part.text, "start_idx": part.start}
        assert len(found["attribution"]) == 3


def test_texts_are_needed(tmp_path: Path) -> None:
    path = _write(tmp_path, ["id", "label", "colour"], [["1", "positive", "red"]])
    with pytest.raises(AnalysisError, match="need the column text"):
        _explained(path, probe=True)


def test_sentences_that_differ_in_the_group_only_count_once() -> None:
    context = [_attribution("fine Anne", [0.4, 0.0]), _attribution("fine Mei", [0.2, 0.0])]
    words = global_importance([context, [_attribution("fine", [0.9])]], ["positive"], 2)["positive"]
    assert [(one.word, round(one.weight, 6), one.texts) for one in words] == [("fine", 0.6, 2)]


def test_the_words_of_a_phrase_share_its_weight() -> None:
    text = " ".join(["fine day"] * 32)
    words = global_importance([[_attribution(text, [0.02] * 32)]], ["positive"], 1)["positive"]
    assert {one.word: round(one.weight, 6) for one in words} == {"fine": 0.32, "day": 0.32}


def _attribution(text: str, weights: list[float]) -> Attribution:
    return Attribution(text, parts_of(text), np.array(weights).reshape(-1, 1), np.ones(1), np.zeros(1))


@pytest.mark.parametrize(
    ("word", "bare"), [("Help!", "help"), ("“don't”,", "don't"), ("1,024.50", ""), ("—", ""), ("😀", "😀")]
)
def test_words_are_counted_without_case_and_punctuation(word: str, bare: str) -> None:
    assert normal(word) == bare


def test_an_empty_data_set_has_nothing_to_explain(probe: Path) -> None:
    data = read_dataset(probe, _CONFIG)
    nothing = replace(data, label=replace(data.label, codes=np.full_like(data.label.codes, -1)))
    assert choose(nothing, 0).rows == []
