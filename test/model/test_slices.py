"""Which texts belong to which slice, and what is counted of them."""

import pytest
from answers import answer
from dataset import Row
from slices import SLICES, measure_slices


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        (
            "negation",
            ["It isn't bad.", "I don\u2019t know", "NOT good", "never again"],
            ["a knot", "I know it"],
        ),
        ("contrast", ["Slow but good", "However, it works."], ["a button", "as well"]),
        ("question", ["Is it open?"], ["It is open."]),
        (
            "suggestion",
            ["You should add salt.", "It would be nice to sit.", "Please add a map."],
            ["It is nice."],
        ),
        ("emoji", ["Great 😂", "ok :)", "I <3 it"], ["Great!", "at 3:30 (sharp)"]),
        ("length: 1-8 words", ["one two three"], ["one two three four five six seven eight nine"]),
        ("length: 33 words or more", ["word " * 33], ["word " * 32]),
    ],
)
def test_a_slice_is_known_by_its_words(name: str, inside: list[str], outside: list[str]) -> None:
    assert [text for text in inside if not SLICES[name](text)] == []
    assert [text for text in outside if SLICES[name](text)] == []


def test_every_text_has_one_length() -> None:
    lengths = [belongs for name, belongs in SLICES.items() if name.startswith("length")]
    for words in range(60):
        assert sum(belongs("word " * words) for belongs in lengths) == 1


def test_figures_of_a_slice() -> None:
    rows = [Row("Is it?", "neutral"), Row("Why not?", "negative"), Row("Nice.", "positive")]
    found = measure_slices(rows, [answer("negative"), answer("negative"), answer("negative")])
    assert found["question"]["rows"] == 2 and found["question"]["accuracy"] == 0.5
    assert (found["question"]["negative"], found["question"]["predicted_negative"]) == (0.5, 1.0)
    assert "emoji" not in found
