"""How large the groups are, and how often each is called what."""

from itertools import groupby
from xml.etree.ElementTree import Element

from analysis.results import Analysis, FacetResult, Side

from report import words
from report.html import Content, element, table


def groups(analysis: Analysis) -> Element:
    """A table of all groups: rows, and the share of each label among labels and predictions."""
    labels = analysis.config.labels
    has_predictions, has_baseline = analysis.data.prediction is not None, analysis.data.baseline is not None
    heads: list[Content] = ["Group", "Rows", "Rows outside", *(f"Labelled {label}" for label in labels)]
    if has_predictions:
        heads += [f"Called {label}" for label in labels]
    if has_baseline:
        heads += [f"Called {label} before" for label in labels]

    def row(facet: FacetResult) -> Element:
        cells = [
            f"{facet.group.rows:,}",
            f"{facet.rest.rows:,}",
            *_shares(facet.group, labels, has_predictions, has_baseline),
        ]
        return element(
            "tr",
            element("th", facet.value, scope="row"),
            *(element("td", cell, class_="number") for cell in cells),
        )

    bodies = [
        element(
            "tbody",
            element("tr", element("th", name, scope="rowgroup", colspan=str(len(heads)), class_="facet")),
            *map(row, members),
        )
        for name, members in groupby(analysis.facets, key=lambda facet: facet.facet)
    ]
    return table(
        "Rows of each group, and how they are labelled and called", heads, bodies, class_="table shares"
    )


def _shares(side: Side, labels: tuple[str, ...], has_predictions: bool, has_baseline: bool) -> list[str]:
    sources = [side.labels, *([side.predictions] * has_predictions), *([side.baseline] * has_baseline)]
    return [words.percent(source.get(label, 0), side.rows) for source in sources for label in labels]
