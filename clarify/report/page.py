"""The report as one HTML file: no script, nothing from elsewhere, in light, dark and print."""

from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

from analysis.history import Earlier
from analysis.results import Analysis, Example

from report import words
from report.drift import drift_section
from report.explanations import explanations_section
from report.groups import groups
from report.html import element, table, text_of
from report.left_out import left_out
from report.metrics import changed, forest, metrics
from report.reading import how_to_read, made_from
from report.standing import standing
from report.summary import summary
from report.trend import trend

# The first is a link to that of the other reports.
_STYLES = ("report.css", "bias.css", "explanations.css", "drift.css")


def page(analysis: Analysis, history: Sequence[Earlier] = ()) -> str:
    """The HTML; `history`: earlier reports, oldest first."""
    title = f"{analysis.config.title} of {words.day(analysis.created)}"
    root = element("html", _head(title), _body(title, analysis, history), lang="en")
    return f"<!doctype html>\n{text_of(root)}\n"


def _head(title: str) -> Element:
    folder = Path(__file__).parent
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        *(element("style", (folder / name).read_text("utf-8")) for name in _STYLES),
    )


def _body(title: str, analysis: Analysis, history: Sequence[Earlier]) -> Element:
    sections = {
        "Is anything worse than before?": summary(analysis, history),
        "What changed": _changes(analysis, history),
        "Where groups differ most today": standing(analysis),
        **_of_the_model(analysis),
        "The weeks": trend(analysis, history),
        **({"Telling examples": _examples(analysis.examples)} if analysis.examples else {}),
        "The groups": [groups(analysis)],
        "What was left out, and why": left_out(analysis),
        "How to read this": how_to_read(analysis),
        "What this was made from": made_from(analysis),
        "Every metric of every group": list(metrics(analysis)),  # last: most readers need a few of its tables
    }
    links = [element("a", name, href=f"#part-{number}") for number, name in enumerate(sections)]
    header = element(
        "header",
        element("div", element("h1", title), words.badge(analysis.verdict), class_="title"),
        element("nav", *links, aria_label="Parts of the report"),
    )
    parts = [
        element("section", element("h2", name), *content, id=f"part-{number}")
        for number, (name, content) in enumerate(sections.items())
    ]
    return element("body", header, element("main", *parts))


def _of_the_model(analysis: Analysis) -> dict[str, list[Element]]:
    """What there is beside the metrics."""
    found = {}
    if analysis.explanations is not None:
        found["What the model looks at"] = explanations_section(analysis.explanations)
    if analysis.drift is not None:
        found["Has the traffic drifted?"] = drift_section(analysis.drift)
    return found


def _changes(analysis: Analysis, history: Sequence[Earlier]) -> list[Element]:
    found = changed(analysis, history[-1].verdicts if history else {})
    if not found:
        return [element("p", "No verdict is worse, and none differs from that of the last report.")]
    parts = []
    for metric in dict.fromkeys(row[1].metric for row, _ in found):
        rows = [row for row, _ in found if row[1].metric is metric]
        parts += [
            element("h3", f"{metric.title} ({metric.name})"),
            element("p", metric.meaning),
            forest(metric, rows),
        ]
    new = [
        element(
            "li",
            f"{row[1].metric.name} of {row[0].facet}: {row[0].value}: {last} in the last report, now {now}",
        )
        for row, last in found
        if last is not None and (now := row[1].verdict) is not last
    ]
    others = [element("p", "Verdicts that differ from those of the last report:"), element("ul", *new)]
    return [*parts, *(others if new else [])]


def _examples(examples: Sequence[Example]) -> list[Element]:
    intro = "Sentences of the probe data that differ in nothing but the group, and are called differently."
    bodies = [
        element(
            "tbody",
            element("tr", element("th", _family(example), scope="rowgroup", colspan="2", class_="facet")),
            *(
                element("tr", element("td", text), element("td", prediction))
                for text, prediction in example.sentences
            ),
        )
        for example in examples
    ]
    return [
        element("p", intro),
        table("The families with the most disagreement", ["Sentence", "Called"], bodies),
    ]


def _family(example: Example) -> str:
    return f"{example.family} ({words.plural(example.rows, 'row')})"
