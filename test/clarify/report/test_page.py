"""report.html: says what matters first, opens offline, can be read by everyone, and trusts no text."""

import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from analysis.coding import Coded
from analysis.config import Configuration, FacetConfiguration
from analysis.dataset import Dataset
from analysis.engine import analyse
from analysis.history import Earlier
from analysis.results import Analysis, Example
from analysis.settings import Settings
from bias.comparison import Estimate, Verdict
from bias.registry import METRICS
from drift.results import Drift, DriftVerdict
from explanations.results import ExplainedText, Explanations, GroupEffect, GroupTerms, WordWeight
from report.page import page

_LABELS = ("positive", "neutral", "negative")
_HOSTILE = "<script>alert(\"1\")</script>&amp;<img src=x onerror='a'>"
_STYLES = Path(__file__).parents[3] / "clarify/report"


def _analysis(groups: Sequence[str], harm: float = 0.0, rows: int = 1200, facet: str = "variety") -> Analysis:
    random = np.random.default_rng(0)
    group = random.integers(0, len(groups), rows).astype(np.int32)
    label = random.integers(0, 3, rows).astype(np.int32)
    before = np.where(random.random(rows) < 0.8, label, random.integers(0, 3, rows)).astype(np.int32)
    harmed = (group == 0) & (label == 0) & (random.random(rows) < harm)
    data = Dataset(
        label=Coded(_LABELS, label),
        facets={facet: Coded(tuple(groups), group)},
        prediction=Coded(_LABELS, np.where(harmed, 2, before).astype(np.int32)),
        baseline=Coded(_LABELS, before),
    )
    config = Configuration(
        "text/csv",
        "label",
        ("positive",),
        (FacetConfiguration(facet),),
        tuple(sorted(METRICS.values(), key=lambda metric: metric.stage, reverse=True)),
    )
    settings = Settings(replicates=150)
    return Analysis(
        "2026-03-02T06:00:00Z", config, settings, data, analyse(config, data, (facet,), settings), "3", "2"
    )


def _explanations(word: str = "awful", facet: str = "variety") -> Explanations:
    weights = {"positive": -0.02, "neutral": 0.0, "negative": 0.13}
    return Explanations(
        method="any",
        texts=300,
        minimum_texts=3,
        words={
            "positive": (WordWeight(word, -0.25, 7), WordWeight("great", 0.5, 9)),
            "neutral": (),
            "negative": (WordWeight(word, 0.4, 1),),
        },
        group_terms=(
            GroupTerms(facet, 0.081, (GroupEffect(word, 9, weights), GroupEffect("two", 9, weights))),
        ),
        examples=(
            ExplainedText(word, "neutral", "negative", 0.9, 0.1, ((word, 0.8), ("fast", -0.1), ("a", 0.0))),
        ),
    )


@pytest.fixture(scope="module")
def fair() -> Analysis:
    return _analysis(["one", "two", "three"])


@pytest.fixture(scope="module")
def harmed() -> Analysis:
    return _analysis(["one", "two", "three"], harm=0.6)


class _Page(HTMLParser):
    """The elements of a page, in their order, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self._is_style = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._is_style = tag == "style"

    def handle_data(self, data: str) -> None:
        if not self._is_style and data.strip():
            self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def test_answers_first(fair: Analysis, harmed: Analysis) -> None:
    calm, alarmed = _Page(page(fair)).text, _Page(page(harmed)).text
    assert (
        "Is anything worse than before? No. 21 metrics of 3 groups were compared with the baseline 2" in calm
    )
    assert "Is anything worse than before? Yes. 21 metrics" in alarmed
    harm = alarmed[alarmed.index("Recall Difference (RD) of variety: one") : alarmed.rindex("What changed")]
    assert "Positive rows are missed more often in “one” than in the rest." in harm


def test_says_when_there_is_nothing_to_compare_with(fair: Analysis) -> None:
    alone = replace(fair, facets=(), data=replace(fair.data, baseline=None))
    assert "This report cannot say. There is nothing to compare with" in _Page(page(alone)).text


def test_changed_verdicts_stand_before_the_others(harmed: Analysis) -> None:
    text = _Page(page(harmed)).text
    changes = text[text.rindex("What changed") : text.rindex("Where groups differ most today")]
    assert "Recall Difference (RD)" in changes
    assert "Class Imbalance" not in changes


def test_a_verdict_unlike_the_last_reports_is_named(fair: Analysis) -> None:
    key = ("variety", "one", "AD")
    last = Earlier(
        "2026-02-23T06:00:00Z",
        Verdict.WORSE,
        1,
        {key: Estimate(0.1, 0.01)},
        {key: 0.1},
        {key: Verdict.WORSE},
    )
    assert "AD of variety: one: worse in the last report, now ok" in _Page(page(fair, [last])).text


def test_every_text_is_escaped() -> None:
    hostile = replace(
        _analysis([_HOSTILE, "two"], facet=f"facet {_HOSTILE}"),
        model=_HOSTILE,
        baseline=_HOSTILE,
        notes=(_HOSTILE,),
        examples=(Example(_HOSTILE, 2, ((_HOSTILE, _HOSTILE),)),),
        explanations=_explanations(_HOSTILE, _HOSTILE),
    )
    found = _Page(page(replace(hostile, config=replace(hostile.config, title=_HOSTILE))))
    assert found.text.count(_HOSTILE) > 20
    assert not found.all("script")
    assert not found.all("img")
    assert not [name for _, attributes in found.elements for name in attributes if name.startswith("on")]


def test_needs_nothing_from_elsewhere(harmed: Analysis) -> None:
    html = page(harmed)
    found = _Page(html)
    for tag in ("script", "link", "img", "iframe", "object"):
        assert not found.all(tag)
    assert not [attributes for _, attributes in found.elements if "src" in attributes]
    assert "url(" not in html
    assert "@import" not in html
    assert all(link["href"].startswith(("#", "https://docs.aws.amazon.com/")) for link in found.all("a"))


def test_links_lead_somewhere(harmed: Analysis) -> None:
    found = _Page(page(harmed))
    places = {attributes["id"] for _, attributes in found.elements if "id" in attributes}
    assert {link["href"][1:] for link in found.all("a") if link["href"].startswith("#")} == places


def test_headings_are_in_order(harmed: Analysis) -> None:
    levels = [int(tag[1]) for tag, _ in _Page(page(harmed)).elements if re.fullmatch(r"h\d", tag)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_tables_can_be_heard(harmed: Analysis) -> None:
    found = _Page(page(harmed))
    assert len(found.all("caption")) == len(found.all("table")) > 20
    assert {head.get("scope") for head in found.all("th")} == {"col", "row", "rowgroup"}
    regions = [region for region in found.all("div") if region.get("role") == "region"]
    assert len(regions) == len(found.all("table"))
    assert all(region["aria-label"] and region["tabindex"] == "0" for region in regions)  # they scroll


def test_plots_have_words(harmed: Analysis) -> None:
    plots = [plot for plot in _Page(page(harmed)).all("svg") if plot.get("aria-hidden") != "true"]
    assert plots
    assert all(plot["role"] == "img" and "fair is" in plot["aria-label"] for plot in plots)


def test_bars_of_words_have_words(fair: Analysis) -> None:
    found = _Page(page(replace(fair, explanations=_explanations())))
    shown = [plot for plot in found.all("svg") if plot["class"] == "bars"]
    assert [plot["aria-label"] for plot in shown] == [
        "Words and what they add to the score of positive: "
        "awful \N{MINUS SIGN}0.250 in 7 texts; great +0.500 in 9 texts",
        "Words and what they add to the score of negative: awful +0.400 in 1 text",
    ]
    assert len(found.all("rect")) == 3


def test_weights_of_words_can_be_read_without_colour(fair: Analysis) -> None:
    text = _Page(page(replace(fair, explanations=_explanations()))).text
    assert "Called negative , but is neutral (score 0.900, of the empty text 0.100): awful" in text
    assert "awful +0.80 fast \N{MINUS SIGN}0.10 a The weeks" in text


def test_words_that_name_a_group_are_in_the_summary(fair: Analysis) -> None:
    text = _Page(page(replace(fair, explanations=_explanations("blue")))).text
    assert "They weigh most for variety: blue (+0.130 to negative)." in text[: text.rindex("What changed")]
    assert "variety 8.1 % blue +0.130 to negative" in text


def test_explanations_without_common_words_or_groups_say_so(fair: Analysis) -> None:
    nothing = Explanations("any", 4, 10, {"positive": (), "negative": ()})
    text = _Page(page(replace(fair, explanations=nothing))).text
    assert "4 texts of this data set were explained" in text
    assert "Explanations 4 texts; any" in text
    assert "No word is in at least 10 of the texts." in text
    assert "Words that name a group" not in text


def test_drift_has_its_place(fair: Analysis) -> None:
    drift = Drift(DriftVerdict.OK, "2026-02-23T06:00:00Z", "2026-03-02T06:00:00Z", 900, 0, ())
    text = _Page(page(replace(fair, drift=drift))).text
    assert "This week's traffic beside the training texts and the weeks before: ok." in text
    assert "Has the traffic drifted?" in text[text.rindex("Where groups differ most today") :]
    assert "drifted" not in _Page(page(fair)).text


def test_what_to_do_stands_where_something_is_worse(fair: Analysis, harmed: Analysis) -> None:
    assert "Do not promote this version" in _Page(page(harmed)).text
    assert "Do not promote" not in _Page(page(fair)).text


def test_not_worse_is_not_fair(harmed: Analysis, fair: Analysis) -> None:
    """What the model does as its baseline did is not worse, but is shown."""
    assert harmed.data.prediction is not None
    data = replace(harmed.data, baseline=harmed.data.prediction)
    same = replace(harmed, data=data, facets=analyse(harmed.config, data, ("variety",), harmed.settings))
    text = _Page(page(same)).text
    assert "worse than before? No." in text
    assert (
        "The largest difference between a group and the rest today: Recall Difference (RD) of variety: one"
        in text
    )
    assert re.search(r"None of \d+ differences between a group and the rest", _Page(page(fair)).text)


def test_courses_have_words(fair: Analysis) -> None:
    key = ("variety", "one", "AD")
    weeks = [
        Earlier(
            f"2026-02-{day}T06:00:00Z",
            Verdict.OK,
            0,
            {key: Estimate(0.0, 0.01)},
            {key: value},
            {key: Verdict.OK},
        )
        for day, value in (("09", 0.01), ("16", float("inf")))
    ]
    analysis = replace(fair, facets=analyse(fair.config, fair.data, ("variety",), fair.settings, weeks))
    courses = [plot for plot in _Page(page(analysis, weeks)).all("svg") if plot["class"] == "course"]
    assert len(courses) == 1
    assert courses[0]["aria-label"].startswith(
        "AD of variety: one: 2026-02-09 0.010; 2026-02-16 ∞; 2026-03-02"
    )


def test_positions_stay_within_the_plot() -> None:
    html = page(_analysis(["one", "two"], harm=1.0, rows=400))
    places = [float(place) for place in re.findall(r'(?:cx|x1|x2|x)="(-?[\d.]+)%"', html)]
    assert places
    assert all(0 <= place <= 100 for place in places)


def test_what_was_left_out_is_said(fair: Analysis) -> None:
    label = replace(fair.data.label, codes=np.where(np.arange(1200) < 7, -1, fair.data.label.codes))
    text = _Page(page(replace(fair, data=replace(fair.data, label=label), notes=("A note.",)))).text
    assert "1,193 of 1,200 rows are used" in text
    assert "7 rows without a value in label: counted nowhere" in text
    assert "A note." in text
    assert "variety: one CDDL, CDDPL Group variable is empty or not provided" in text


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_words_stand_out_from_their_ground(theme: str) -> None:
    colours = _colours(theme)
    for ink in ("ink", "soft", "good", "bad"):
        for ground in ("paper", "card"):
            assert _contrast(colours[ink], colours[ground]) >= 4.5, f"{ink} on {ground}"
    for shape in ("stable", "canary"):
        assert _contrast(colours[shape], colours["card"]) >= 3, shape


def _colours(theme: str) -> dict[str, str]:
    shared, own = ((_STYLES / name).read_text() for name in ("report.css", "bias.css"))
    light, dark = shared.split("@media (prefers-color-scheme: dark)")
    themes = {"light": light, "dark": dark, "print": own[own.index("@media print") :]}
    return dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", themes[theme]))


def _contrast(first: str, second: str) -> float:
    low, high = sorted(_luminance(colour) for colour in (first, second))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
