"""Tables of metrics, each with its forest plot."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from xml.etree.ElementTree import Element

from analysis.results import NOTHING_TO_COMPARE, Analysis, FacetResult, MetricResult
from bias.comparison import Verdict
from bias.registry import Metric, Stage

from report import words
from report.forest import Scale, axis, plot
from report.html import Content, element, table

Row = tuple[FacetResult, MetricResult]

_STAGES = {
    Stage.POST_TRAINING: "Of the predictions",
    Stage.PRE_TRAINING: "Of the labels, before any model",
}


def metrics(analysis: Analysis) -> Iterator[Element]:
    """A part for each metric; those with a verdict `worse` are open."""
    for stage, title in _STAGES.items():
        chosen = [metric for metric in analysis.config.metrics if metric.stage is stage]
        if chosen:
            yield element("h3", title)
        for metric in chosen:
            yield _metric(metric, rows_of(analysis, metric))


def rows_of(analysis: Analysis, metric: Metric) -> list[Row]:
    """A metric's results, group by group."""
    return [
        (facet, result) for facet in analysis.facets for result in facet.metrics if result.metric is metric
    ]


def _metric(metric: Metric, rows: Sequence[Row]) -> Element:
    given = [result.verdict for _, result in rows]
    tally = ", ".join(f"{given.count(verdict)} {verdict}" for verdict in Verdict if verdict in given)
    summary = element(
        "summary",
        element("h4", f"{metric.title} ({metric.name})"),
        " ",
        element("span", tally or "no groups", class_="bad" if Verdict.WORSE in given else "soft"),
    )
    about = element(
        "p", metric.meaning, " ", element("span", f"Fair is {words.short(metric.fair)}; {_range(metric)}.")
    )
    definition = element(
        "p",
        f"Definition: {metric.definition} Source: ",
        element("a", "AWS", href=metric.source),
        ".",
        class_="soft",
    )
    attributes = {"open": "open"} if Verdict.WORSE in given else {}
    return element("details", summary, about, definition, forest(metric, rows), **attributes)


def forest(metric: Metric, rows: Sequence[Row]) -> Element:
    """The metric's table: groups by facet, each with its plot, value, interval and verdict."""
    scale = Scale.of(metric, [result for _, result in rows])
    heads: list[Content] = ["Group", axis(scale), "Value", "95 % interval", "Before", "Verdict"]
    bodies = [
        element("tbody", _head(facet), *(_row(scale, group, result) for group, result in members))
        for facet, members in groupby(rows, key=lambda row: row[0].facet)
    ]
    return table(f"{metric.title} by group", heads, bodies, class_="table plots")


def _head(facet: str) -> Element:
    return element("tr", element("th", facet, scope="rowgroup", colspan="6", class_="facet"))


def _row(scale: Scale, facet: FacetResult, result: MetricResult) -> Element:
    return element(
        "tr",
        element("th", facet.value, scope="row"),
        element("td", plot(scale, result)),
        element("td", words.number(result.value), class_="number"),
        element("td", words.interval(result.interval), class_="number"),
        element("td", words.number(result.baseline_value), class_="number"),
        element("td", words.badge(result.verdict), *_reason(result)),
    )


def _reason(result: MetricResult) -> list[Element]:
    """That nothing was found needs no words, nor what the summary says of the whole report."""
    is_said = result.verdict is Verdict.OK or result.reason == NOTHING_TO_COMPARE
    return [] if is_said else [element("small", result.reason, class_="soft")]


def _range(metric: Metric) -> str:
    low, high = (words.number(end).removesuffix(".000") for end in metric.range)
    return f"values go from {low} to {high}"


def changed(
    analysis: Analysis, before: Mapping[tuple[str, str, str], Verdict]
) -> list[tuple[Row, Verdict | None]]:
    """What is `worse`, then every other verdict that differs from the last report's, with that one."""
    rows = [(facet, result) for facet in analysis.facets for result in facet.metrics]
    found = [
        ((facet, result), before.get((facet.facet, facet.value, result.metric.name)))
        for facet, result in rows
    ]
    chosen = [
        (row, last)
        for row, last in found
        if row[1].verdict is Verdict.WORSE or (last is not None and row[1].verdict is not last)
    ]
    return sorted(chosen, key=lambda entry: entry[0][1].verdict is not Verdict.WORSE)
