"""Texts whose words are coloured by their weight, and readable without the colour."""

from xml.etree.ElementTree import Element

from explanations.results import ExplainedText

from report import words
from report.html import element

LEAST = 0.02
"""Smaller weights are not written."""
_DEEPEST = 35
"""Percent of colour; more would leave too little contrast to the word."""


def weighed(text: ExplainedText) -> Element:
    """The text; each word that matters has its weight below it."""
    longest = max((abs(weight) for _, weight in text.words), default=0.0)
    shown: list[Element | str] = []
    for word, weight in text.words:
        shown += [_word(word, weight, longest), " "]
    return element("figure", _caption(text), element("p", *shown, class_="weighed"))


def _caption(text: ExplainedText) -> Element:
    right = "rightly" if text.prediction == text.label else f"but is {text.label}"
    score = f"score {words.number(text.score)}, of the empty text {words.number(text.baseline)}"
    return element(
        "figcaption", "Called ", element("strong", text.prediction), f", {right} ({score}): {text.why}"
    )


def _word(word: str, weight: float, longest: float) -> Element:
    if abs(weight) < LEAST:
        return element("span", word)
    share = round(_DEEPEST * abs(weight) / longest)
    return element(
        "span",
        word,
        " ",
        element("small", words.signed(weight, 2)),
        class_=f"word {'more' if weight > 0 else 'less'}",
        style=f"--depth: {share}%",
    )
