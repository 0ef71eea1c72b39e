"""The weeks: earlier reports and this one."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from analysis.history import Earlier, Key
from analysis.results import Analysis, FacetResult, MetricResult
from bias.comparison import Verdict

from report import words
from report.html import element, table

_MOST_REPORTS = 26
_MOST_LINES = 6
_WIDTH, _HEIGHT, _EDGE = 320, 110, 8


def trend(analysis: Analysis, history: Sequence[Earlier]) -> list[Element]:
    """A table of the reports, and the courses of what moved most; nothing without earlier reports."""
    if not history:
        return [element("p", "This is the first report: there are no weeks to look back on.")]
    shown = list(history)[-_MOST_REPORTS:]
    courses = [_course(facet, result, shown, analysis.created) for facet, result in _moved_most(analysis)]
    intro = element(
        "p",
        "Below, the courses of the metrics whose way from fair is least like chance; the dashed line is the "
        "fair value.",
    )
    return [
        _reports(analysis, shown),
        *([intro, element("div", *courses, class_="courses")] if courses else []),
    ]


def _reports(analysis: Analysis, history: Sequence[Earlier]) -> Element:
    rows = [(report.created, report.model, report.verdict, report.worse) for report in history]
    rows.append((analysis.created, analysis.model, analysis.verdict, analysis.tally[Verdict.WORSE]))
    body = element(
        "tbody",
        *(
            element(
                "tr",
                element("th", words.day(created), scope="row"),
                element("td", model or "not named"),
                element("td", words.badge(verdict)),
                element("td", str(worse)),
            )
            for created, model, verdict, worse in reversed(rows)
        ),
    )
    return table("Reports, the newest first", ["Made on", "Model", "Verdict", "Metrics called worse"], [body])


def _moved_most(analysis: Analysis) -> list[tuple[FacetResult, MetricResult]]:
    moved = [
        (result.changes["history"][0].p_value, facet, result)
        for facet in analysis.facets
        for result in facet.metrics
        if "history" in result.changes and result.changes["history"][0].increase > 0
    ]
    moved.sort(key=lambda entry: entry[0])
    return [(facet, result) for _, facet, result in moved[:_MOST_LINES]]


def _course(facet: FacetResult, result: MetricResult, history: Sequence[Earlier], created: str) -> Element:
    key: Key = (facet.facet, facet.value, result.metric.name)
    points = [(report.created, report.values[key]) for report in history if key in report.values]
    points.append((created, result.value))
    caption = f"{result.metric.name} of {facet.facet}: {facet.value}"
    said = "; ".join(f"{words.day(moment)} {words.number(value)}" for moment, value in points)
    ends = f"{words.number(points[0][1])} on {words.day(points[0][0])}, {words.number(points[-1][1])} now"
    return element(
        "figure",
        element("figcaption", element("strong", caption), element("br"), ends),
        element(
            "svg",
            *_line([value for _, value in points], result.metric.fair),
            viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
            class_="course",
            role="img",
            aria_label=f"{caption}: {said}",
        ),
    )


def _line(values: Sequence[float], fair: float) -> list[Element]:
    finite = [value for value in values if abs(value) != float("inf")]
    low, high = min([*finite, fair]), max([*finite, fair])
    step = (_WIDTH - 2 * _EDGE) / max(len(values) - 1, 1)

    def y(value: float) -> float:
        within = min(max(value, low), high)
        return (
            _HEIGHT - _EDGE - (_HEIGHT - 2 * _EDGE) * ((within - low) / (high - low) if high > low else 0.5)
        )

    places = [(_EDGE + step * index, y(value)) for index, value in enumerate(values)]
    return [
        element("line", x1="0", x2=str(_WIDTH), y1=f"{y(fair):.1f}", y2=f"{y(fair):.1f}", class_="fair"),
        element("polyline", points=" ".join(f"{x:.1f},{height:.1f}" for x, height in places)),
        *(
            element("circle", cx=f"{x:.1f}", cy=f"{height:.1f}", r="3.5", class_="value")
            for x, height in places
        ),
    ]
