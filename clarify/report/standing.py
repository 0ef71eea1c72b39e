"""Where groups differ most today, whether or not that is worse than before."""

from math import isfinite
from statistics import NormalDist
from xml.etree.ElementTree import Element

from analysis.results import Analysis, FacetResult, MetricResult

from report import words
from report.html import element, table

_DIFFERENCES = ("DPPL", "AD", "RD", "SD", "DAR", "DRR", "FT")
"""Metrics of predictions that are differences of shares: comparable with each other, and easy to imagine."""
_MOST = 8
_ERROR_RATE = 0.05

Row = tuple[FacetResult, MetricResult]

_CAPTION = "The largest difference of each group, which is fair at 0"


def furthest(analysis: Analysis) -> list[Row]:
    """For each group the largest difference that chance does not explain, the largest of all first.

    Corrected for how many are looked at (Bonferroni), at an error rate of 5 %. Sentences of a family count as
    independent, as in the intervals, so that small differences on the same sentences are missed.
    """
    looked_at = _looked_at(analysis)
    bound = NormalDist().inv_cdf(1 - _ERROR_RATE / 2 / max(len(looked_at), 1))
    clear = [row for row in looked_at if row[1].unfairness > bound * row[1].standard_error]
    clear.sort(key=lambda row: -row[1].unfairness)
    largest: dict[tuple[str, str], Row] = {}
    for row in clear:
        largest.setdefault((row[0].facet, row[0].value), row)
    return list(largest.values())


def standing(analysis: Analysis) -> list[Element]:
    """A table of them."""
    found, number = furthest(analysis), words.plural(len(_looked_at(analysis)), "difference")
    if not found:
        return [element("p", f"None of {number} between a group and the rest is more than chance explains.")]
    shown = found[:_MOST]
    which = f"the {len(shown)} that differ most" if len(shown) < len(found) else "all of them"
    intro = (
        f"{number} between a group and the rest were looked at. {words.plural(len(found), 'group')} "
        f"{'differs' if len(found) == 1 else 'differ'} by more than chance explains; the table has {which}. "
        "This is no verdict: look at the groups' texts and decide whether such a difference is acceptable."
    )
    heads = ["Group", "Metric", "Value", "95 % interval", "What it says"]
    body = element("tbody", *(_row(*row) for row in shown))
    return [
        element("p", intro),
        table(_CAPTION, heads, [body], class_="table standing"),
    ]


def _looked_at(analysis: Analysis) -> list[Row]:
    return [
        (facet, result)
        for facet in analysis.facets
        for result in facet.metrics
        if result.metric.name in _DIFFERENCES
        and result.interval is not None
        and isfinite(result.standard_error)
        and result.standard_error > 0
    ]


def _row(facet: FacetResult, result: MetricResult) -> Element:
    return element(
        "tr",
        element("th", words.group(facet), scope="row"),
        element("td", words.name(result)),
        element("td", words.number(result.value), class_="number"),
        element("td", words.interval(result.interval), class_="number"),
        element("td", words.meaning(facet, result)),
    )
