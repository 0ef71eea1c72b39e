"""Bars of words to both sides of zero."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from explanations.results import WordWeight

from report import words
from report.html import element

_ROW, _ZERO, _REACH = 22, 62.0, 21.0
"""Height of a row in pixels; where zero stands and how far the longest bar goes, in percent of the width."""


def bars(label: str, shown: Sequence[WordWeight], longest: float) -> Element:
    """A figure: a bar for each word, to the right where it adds to the score; `longest`: of a full bar."""
    rows = [part for number, word in enumerate(shown) for part in _row(number, word, longest)]
    height = str(_ROW * len(shown))
    zero = element("line", x1=f"{_ZERO}%", x2=f"{_ZERO}%", y1="0", y2=height, class_="fair")
    said = "; ".join(
        f"{one.word} {words.signed(one.weight)} in {words.plural(one.texts, 'text')}" for one in shown
    )
    return element(
        "figure",
        element("figcaption", "Score of ", element("strong", label)),
        element(
            "svg",
            zero,
            *rows,
            class_="bars",
            height=height,
            width="100%",
            role="img",
            aria_label=f"Words and what they add to the score of {label}: {said}",
        ),
    )


def _row(number: int, word: WordWeight, longest: float) -> list[Element]:
    top, length = number * _ROW, _REACH * abs(word.weight) / longest
    start = _ZERO if word.weight > 0 else _ZERO - length
    base = str(top + 15)
    return [
        element("text", word.word, x="38%", y=base, text_anchor="end", class_="name"),
        element(
            "rect",
            x=f"{start:.2f}%",
            y=str(top + 5),
            width=f"{length:.2f}%",
            height="12",
            class_="more" if word.weight > 0 else "less",
        ),
        element("text", words.signed(word.weight), x="100%", y=base, text_anchor="end"),
    ]
