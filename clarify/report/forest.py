"""Forest plots: a point and its interval on a scale that all rows of a table share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, isfinite, log
from xml.etree.ElementTree import Element

from analysis.results import MetricResult
from bias.comparison import Verdict
from bias.registry import Metric

from report import words
from report.html import element

_LEAST_REACH = 0.05
"""So far the scale goes at least from the fair value, so that noise does not look like harm."""


@dataclass(frozen=True)
class Scale:
    """Positions on the plot, in percent of its width; of quotients by their logarithm."""

    fair: float
    low: float
    high: float
    is_quotient: bool

    @classmethod
    def of(cls, metric: Metric, results: Iterable[MetricResult]) -> "Scale":
        """A scale that shows all that is finite, and of groups too small for an interval nothing."""
        is_quotient = metric.fair == 1
        shown = [value for result in results if result.interval is not None for value in _values(result)]
        around = [
            _linear(value, is_quotient)
            for value in shown
            if isfinite(value) and not (is_quotient and value <= 0)
        ]
        middle = _linear(metric.fair, is_quotient)
        low, high = min([*around, middle - _LEAST_REACH]), max([*around, middle + _LEAST_REACH])
        if metric.is_distance:
            low = middle
        return cls(metric.fair, low, high, is_quotient)

    def at(self, value: float) -> float:
        """Where a value stands, from 4 to 96; infinite ones at an end."""
        linear = _linear(value, self.is_quotient)
        share = (min(max(linear, self.low), self.high) - self.low) / (self.high - self.low)
        return 4 + 92 * share

    @property
    def ticks(self) -> Sequence[float]:
        """Both ends and the fair value."""
        ends = (exp(end) if self.is_quotient else end for end in (self.low, self.high))
        return sorted({*ends, self.fair})


def axis(scale: Scale) -> Element:
    """The scale above the plots."""
    marks = [element("line", **_x(scale.at(scale.fair)), y1="14", y2="100%", class_="fair")]
    for tick in scale.ticks:
        place = scale.at(tick)
        if tick == scale.fair or abs(place - scale.at(scale.fair)) > 15:
            marks.append(
                element("text", words.short(tick), x=f"{place:.2f}%", y="11", text_anchor=_anchor(place))
            )
    return element("svg", *marks, class_="axis", height="20", width="100%", aria_hidden="true")


def plot(scale: Scale, result: MetricResult) -> Element:
    """One row: a line for the interval, a point for the value, a ring for the baseline's value."""
    parts = [element("line", **_x(scale.at(scale.fair)), y1="0", y2="100%", class_="fair")]
    if result.interval is not None:
        ends = {"x1": f"{scale.at(result.interval.low):.2f}%", "x2": f"{scale.at(result.interval.high):.2f}%"}
        parts.append(element("line", **ends, y1="12", y2="12", class_="interval"))
    if result.baseline_value is not None and result.baseline_value == result.baseline_value:
        parts.append(_circle(scale.at(result.baseline_value), "5.5", "before"))
    if result.problem is None:
        parts.append(_circle(scale.at(result.value), "4", "value"))
    return element(
        "svg",
        *parts,
        class_=f"forest {_look(result)}",
        height="24",
        width="100%",
        role="img",
        aria_label=_alternative(result),
    )


def _look(result: MetricResult) -> str:
    if result.interval is None:
        return "unsure"
    return "worse" if result.verdict is Verdict.WORSE else "plain"


def _alternative(result: MetricResult) -> str:
    said = [f"{result.metric.name} {words.number(result.value)}"]
    if result.interval is not None:
        said.append(f"interval from {words.interval(result.interval)}")
    if result.baseline_value is not None:
        said.append(f"before {words.number(result.baseline_value)}")
    return f"{', '.join(said)}; fair is {words.short(result.metric.fair)}"


def _values(result: MetricResult) -> list[float]:
    ends = [] if result.interval is None else [result.interval.low, result.interval.high]
    before = [] if result.baseline_value is None else [result.baseline_value]
    return [result.value, *ends, *before]


def _linear(value: float, is_quotient: bool) -> float:
    if not is_quotient:
        return value
    return log(value) if value > 0 else -float("inf")


def _x(place: float) -> dict[str, str]:
    return {"x1": f"{place:.2f}%", "x2": f"{place:.2f}%"}


def _circle(place: float, radius: str, class_: str) -> Element:
    return element("circle", cx=f"{place:.2f}%", cy="12", r=radius, class_=class_)


def _anchor(place: float) -> str:
    return "start" if place < 10 else "end" if place > 90 else "middle"
