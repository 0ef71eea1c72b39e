"""Drift: how a week's traffic lies beside the training texts and the weeks before, in bars and numbers."""

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element

from drift.results import Distance, Drift, DriftVerdict, FeatureDrift

from report import words
from report.html import element, table

_CLASS = {DriftVerdict.OK: "good", DriftVerdict.DRIFT: "bad", DriftVerdict.INSUFFICIENT_DATA: "soft"}
_SERIES = {"found": "This week", "before": "Weeks before", "training": "Training"}
_BAR = 8
"""Pixels from one bar to the next."""


def drift_section(drift: Drift) -> list[Element]:
    """The section without its heading."""
    return [
        element("p", *_answer(drift)),
        *([element("ul", *(element("li", note) for note in drift.notes))] if drift.notes else []),
        _features(drift.features),
        element("p", _HOW_TO_READ),
        *(part for feature in drift.features if feature.found for part in _histogram(feature)),
    ]


_HOW_TO_READ = (
    "PSI, the population stability index, says how unlike two histograms are: 0 where they are alike. A "
    "feature drifted when its PSI is above the limit towards the training texts, and towards the weeks "
    "before as well, if there are any. The limit depends on the number of requests. Only numbers are "
    "kept, never a text."
)


def _answer(drift: Drift) -> list[Element | str]:
    drifted = [feature.title for feature in drift.features if feature.verdict is DriftVerdict.DRIFT]
    weeks = words.plural(drift.weeks_before, "week") if drift.weeks_before else "no week"
    what = f" Drifted: {', '.join(drifted)}." if drifted else ""
    when = f"{words.day(drift.start)} to {words.day(drift.end)}"
    return [_badge(drift.verdict), f"{what} {drift.requests:,} requests from {when}; {weeks} before."]


def _badge(verdict: DriftVerdict) -> Element:
    return element("span", verdict.value, class_=f"badge {_CLASS[verdict]}")


def _features(features: Sequence[FeatureDrift]) -> Element:
    rows = [
        element(
            "tr",
            element("th", feature.title, scope="row"),
            element("td", _badge(feature.verdict)),
            element("td", feature.reason),
            *(
                element("td", text)
                for text in (*_numbers(feature.from_training), *_numbers(feature.from_before))
            ),
        )
        for feature in features
    ]
    heads = ("Feature", "Verdict", "Why", "PSI to training", "Limit", "PSI to weeks before", "Limit")
    return table("Features of the week's requests", heads, [element("tbody", *rows)])


def _numbers(distance: Distance | None) -> tuple[str, str]:
    return (
        (words.NOTHING, words.NOTHING)
        if distance is None
        else (
            words.number(distance.psi),
            words.number(distance.threshold),
        )
    )


def _histogram(feature: FeatureDrift) -> list[Element]:
    """A row for each bin: its shares in numbers, and a bar of each."""
    shares = {"found": feature.found, "before": feature.before, "training": feature.training}
    shown = {name: found for name, found in shares.items() if found}
    longest = max(max(found) for found in shown.values())
    rows = [
        element(
            "tr",
            element("th", label, scope="row"),
            element("td", _bars(dict(zip(shown, of_bin, strict=True)), longest)),
            *(element("td", f"{share:.1%}".replace("%", " %")) for share in of_bin),
        )
        for label, *of_bin in zip(feature.bins, *shown.values(), strict=True)
    ]
    titles = [_SERIES[name] for name in shown]
    caption = f"Shares of {feature.requests:,} requests; bars from above: {', '.join(titles).lower()}"
    heads = (feature.title, "Bars", *titles)
    return [
        element("h3", feature.title),
        element("p", feature.meaning),
        table(caption, heads, [element("tbody", *rows)], class_="table histogram"),
    ]


def _bars(shares: Mapping[str, float], longest: float) -> Element:
    """Hidden from screen readers, since their numbers stand beside them."""
    bars = [
        element("rect", y=str(_BAR * row + 1), width=f"{100 * share / longest:.2f}%", height="6", class_=name)
        for row, (name, share) in enumerate(shares.items())
    ]
    return element("svg", *bars, width="100%", height=str(_BAR * len(bars)), aria_hidden="true")
