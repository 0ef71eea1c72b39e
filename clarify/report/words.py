"""Numbers, dates and verdicts as a reader sees them."""

from math import isinf, isnan
from xml.etree.ElementTree import Element

from analysis.results import MetricResult
from bias.bootstrap import Interval
from bias.comparison import Verdict

from report.html import element

NOTHING = "\N{EN DASH}"
_MINUS = "\N{MINUS SIGN}"
_CLASS = {Verdict.OK: "good", Verdict.WORSE: "bad", Verdict.INSUFFICIENT_DATA: "soft"}


def number(value: float | None) -> str:
    """Three decimals, with a true minus sign; a dash where there is nothing."""
    if value is None or isnan(value):
        return NOTHING
    if isinf(value):
        return "∞" if value > 0 else f"{_MINUS}∞"
    return f"{value:.3f}".replace("-", _MINUS) if round(value, 3) != 0 else "0.000"


def interval(ends: Interval | None) -> str:
    """`0.010 to 0.200`."""
    return NOTHING if ends is None else f"{number(ends.low)} to {number(ends.high)}"


def short(value: float) -> str:
    """As few digits as tell it: of the fair value, of a scale."""
    return f"{value:.2g}".replace("-", _MINUS)


def percent(part: int, whole: int) -> str:
    """A share; a dash of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else NOTHING


def day(moment: str) -> str:
    """The date of an ISO 8601 time."""
    return moment[:10]


def badge(verdict: Verdict) -> Element:
    """A verdict; its word says the same as its colour."""
    return element("span", verdict.value, class_=f"badge {_CLASS[verdict]}")


def name(result: MetricResult) -> str:
    """`Recall Difference (RD)`."""
    return f"{result.metric.title} ({result.metric.name})"


def plural(count: int, singular: str, many: str | None = None) -> str:
    """`1 group`, `2 groups`."""
    return f"{count:,} {singular if count == 1 else many or f'{singular}s'}"


def meaning(result: MetricResult) -> str:
    """What the metric's value says: that of large values, turned round where it is small."""
    metric = result.metric
    is_turned = result.value < metric.fair and not metric.is_distance and "egative:" not in metric.meaning
    if is_turned and metric.fair == 0:
        return f"{metric.meaning} Here it is negative: the other way round."
    return metric.meaning
