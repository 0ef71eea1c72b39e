"""Whether the rows suffice for a verdict: what a metric divides by must be many enough on both sides."""

from collections.abc import Callable

from bias.counts import Counts, Group, Values
from bias.registry import Metric

_Kind = tuple[str, Callable[[Group], Values]]

_ROWS: _Kind = ("", lambda group: group.rows)
_LABELLED_POSITIVE: _Kind = (" with a positive label", lambda group: group.labelled_positive)
_LABELLED_NEGATIVE: _Kind = (" with a negative label", lambda group: group.labelled_negative)
_PREDICTED_POSITIVE: _Kind = (" with a positive prediction", lambda group: group.predicted_positive)
_PREDICTED_NEGATIVE: _Kind = (" with a negative prediction", lambda group: group.predicted_negative)
_FALSE_POSITIVES: _Kind = (" that are falsely called positive", lambda group: group.false_positives)

_DIVISORS: dict[str, _Kind] = {
    "SD": _LABELLED_NEGATIVE,
    "RD": _LABELLED_POSITIVE,
    "DI": _PREDICTED_POSITIVE,
    "DCA": _PREDICTED_POSITIVE,
    "DAR": _PREDICTED_POSITIVE,
    "DCR": _PREDICTED_NEGATIVE,
    "DRR": _PREDICTED_NEGATIVE,
    "TE": _FALSE_POSITIVES,
}
"""Rows that a metric divides by, where that is not all rows of a side."""

_WITHOUT_LABELS = {"CI", "DPPL", "DI", "CDDPL", "FT"}


def insufficiency(metric: Metric, counts: Counts, minimum: int) -> str | None:
    """Why there are too few rows for a verdict; None where there are enough."""
    for side, group in (("of the group", counts.facet), ("outside of the group", counts.others)):
        for kind, rows in dict.fromkeys((_ROWS, _DIVISORS.get(metric.name, _ROWS))):
            number = int(rows(group))
            if number < minimum:
                return (
                    f"{number or 'no'} {'row' if number == 1 else 'rows'} {side}{kind}; {minimum} are needed"
                )
        if metric.name not in _WITHOUT_LABELS and _is_one_sided(group):
            return f"all rows {side} have the same outcome as label"
    return None


def _is_one_sided(group: Group) -> bool:
    return float(group.labelled_positive) in (0.0, float(group.rows))
