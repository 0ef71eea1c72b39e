"""Numbers, dates and verdicts as a reader sees them."""

from math import isinf, isnan
from xml.etree.ElementTree import Element

from analysis.results import FacetResult, MetricResult
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


def signed(value: float, digits: int = 3) -> str:
    """A number with its sign; zero has none."""
    text = f"{value:+.{digits}f}"
    return text.replace("-", _MINUS) if float(text) != 0 else text[1:]


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


def group(facet: FacetResult) -> str:
    """`gender: woman`."""
    return f"{facet.facet}: {facet.value}"


def name(result: MetricResult) -> str:
    """`Recall Difference (RD)`."""
    return f"{result.metric.title} ({result.metric.name})"


def plural(count: int, singular: str, many: str | None = None) -> str:
    """`1 group`, `2 groups`."""
    return f"{count:,} {singular if count == 1 else many or f'{singular}s'}"


def meaning(facet: FacetResult, result: MetricResult) -> str:
    """What the metric's value says of the group; above a fair 0, without what a negative one says."""
    metric = result.metric
    said = metric.meaning.replace("the facet", f"“{facet.value}”")
    if metric.fair == 0 and result.value > 0:
        large = said.removeprefix("Large: ").partition("; negative:")[0].removesuffix(".")
        return f"{large[:1].upper()}{large[1:]}."
    is_turned = result.value < metric.fair and not metric.is_distance and "egative:" not in said
    return f"{said} Here it is negative: the other way round." if is_turned and metric.fair == 0 else said
