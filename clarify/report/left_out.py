"""What was left out, and why."""

from collections import defaultdict
from xml.etree.ElementTree import Element

from analysis.results import Analysis
from bias.comparison import Verdict

from report import words
from report.html import element, table


def left_out(analysis: Analysis) -> list[Element]:
    """Rows with empty cells, reports that cannot be compared, metrics without a verdict."""
    data = analysis.data
    used = int(data.complete.sum())
    parts = [element("p", f"{used:,} of {words.plural(data.rows, 'row')} are used. {_RULE}")]
    if data.left_out or analysis.notes:
        rows = [_without(number, name, analysis) for name, number in data.left_out.items()]
        parts.append(element("ul", *(element("li", line) for line in [*rows, *analysis.notes])))
    reasons = _reasons(analysis)
    if reasons:
        body = element("tbody", *(_row(*place, names) for place, names in reasons.items()))
        found = table("Metrics without a verdict", ["Group", "Metrics", "Why"], [body])
        count = words.plural(analysis.tally[Verdict.INSUFFICIENT_DATA], "verdict")
        parts.append(element("details", element("summary", f"{count} not given"), found))
    return parts


def _without(number: int, name: str, analysis: Analysis) -> str:
    rows = words.plural(number, "row")
    if name in analysis.data.facets:
        return f"{rows} without a value of {name}: no part of that facet, neither in a group nor in the rest"
    return f"{rows} without a value in {name}: counted nowhere"


_RULE = (
    "A row without a label, a prediction or a stratum (an empty cell, NaN or null) counts nowhere; one "
    "without a value of a facet is left out of that facet only."
)


def _reasons(analysis: Analysis) -> dict[tuple[str, str], list[str]]:
    """Names of metrics, by group and reason."""
    reasons = defaultdict(list)
    for facet in analysis.facets:
        for result in facet.metrics:
            if result.verdict is Verdict.INSUFFICIENT_DATA:
                reasons[f"{facet.facet}: {facet.value}", result.reason].append(result.metric.name)
    return reasons


def _row(group: str, reason: str, names: list[str]) -> Element:
    return element(
        "tr", element("th", group, scope="row"), element("td", ", ".join(names)), element("td", reason)
    )
